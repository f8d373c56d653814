internal import Cryptography

/// One immutable stored version of an object: the bytes that `bucket`/`key` had, has or will have while its row
/// says `version`.
///
/// The version id alone tells versions apart: it is a random UUID, made anew for each write, and never used for
/// two objects. A store may use bucket and key to lay out the bytes but must not need them to find a version, so
/// an object is moved by changing its row. They are what clients sent and appear in no description.
public struct ObjectVersion: Sendable, Hashable {
    public let bucket: String
    public let key: String
    /// A UUID in lower-case text form (RFC 9562 section 4).
    public let version: String

    /// A version that is written in a row. Throws `.invalidVersion` unless `version` is a lower-case UUID, which
    /// makes it safe as a file name.
    public init(bucket: String, key: String, version: String) throws(ObjectError) {
        guard ObjectVersion.isVersionID(version) else { throw .invalidVersion }
        self.init(bucket: bucket, key: key, checked: version)
    }

    /// A new version with a random id (UUID version 4), for one write.
    public static func fresh(bucket: String, key: String) -> ObjectVersion {
        ObjectVersion(bucket: bucket, key: key, checked: SecureRandom.uuid())
    }

    /// Whether `text` has the form of a version id.
    static func isVersionID(_ text: String) -> Bool {
        guard text.utf8.count == 36 else { return false }
        return text.utf8.enumerated().allSatisfy { index, byte in
            switch byte {
            case UInt8(ascii: "-"): [8, 13, 18, 23].contains(index)
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"):
                ![8, 13, 18, 23].contains(index)
            default: false
            }
        }
    }

    private init(bucket: String, key: String, checked version: String) {
        self.bucket = bucket
        self.key = key
        self.version = version
    }
}

extension ObjectVersion: CustomStringConvertible {
    public var description: String { "version \(version)" }
}
