/// Finds the member of an object that has a name already, for the parser: an object of many repeated names must not
/// cost the square of its size.
struct JSONMemberIndex {
    /// Scanning fewer members than this is faster than hashing their names.
    private static let scannedMax = 16
    /// By the name's bytes; filled when there are too many members to scan.
    private var places: [[UInt8]: Int] = [:]

    /// The place of `key` in `object`, or nil if it is to be appended next.
    mutating func place(of key: String, in object: JSONObject) -> Int? {
        if object.count < JSONMemberIndex.scannedMax {
            return object.members.firstIndex { $0.key.hasSameBytes(as: key) }
        }
        if places.isEmpty {
            for (place, member) in object.members.enumerated() { places[Array(member.key.utf8)] = place }
        }
        let bytes = Array(key.utf8)
        if let place = places[bytes] { return place }
        places[bytes] = object.count
        return nil
    }
}

extension String {
    /// Names of members are the same only if their code units are (RFC 8259, section 8.3); `==` would also take an
    /// accented letter for a letter with an accent.
    func hasSameBytes(as other: String) -> Bool {
        utf8.count == other.utf8.count && utf8.elementsEqual(other.utf8)
    }
}
