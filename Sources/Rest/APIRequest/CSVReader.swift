internal import Core

/// Turns `text/csv` (RFC 4180) with a header line into a JSON array of objects: the field `NULL` becomes null, all
/// others strings.
struct CSVReader {
    private let bytes: [UInt8]
    private var position = 0

    /// The JSON text and the header's names. Throws ``RequestError/invalidBody(_:)``.
    static func json(of bytes: [UInt8]) throws(RequestError) -> (bytes: [UInt8], keys: [String]) {
        // Which byte is wrong is not told to clients.
        guard (try? UTF8Span(validating: bytes.span)) != nil else { throw .invalidBody(.csv) }
        var reader = CSVReader(bytes: bytes)
        return try reader.document()
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func document() throws(RequestError) -> (bytes: [UInt8], keys: [String]) {
        guard let header = try nextLine() else { throw .invalidBody(.csv) }
        guard header.count <= RequestLimits.csvColumnsMax else { throw .invalidBody(.csv) }
        let names = header.map { String(decoding: $0, as: UTF8.self) }
        let keys = names.map { JSON.string($0).bytes + [UInt8(ascii: ":")] }
        var output: [UInt8] = [UInt8(ascii: "[")]
        output.reserveCapacity(bytes.count * 2)
        var rows = 0
        while let line = try nextLine() {
            guard line.count == header.count else { throw .invalidBody(.csvFieldCount) }
            if rows > 0 { output.append(UInt8(ascii: ",")) }
            rows += 1
            for (index, field) in line.enumerated() {
                output.append(UInt8(ascii: index == 0 ? "{" : ","))
                output.append(contentsOf: keys[index])
                CSVReader.append(field, to: &output)
            }
            output.append(UInt8(ascii: "}"))
        }
        output.append(UInt8(ascii: "]"))
        return (output, rows == 0 ? [] : KeySet.sorted(names))
    }

    private static func append(_ field: ArraySlice<UInt8>, to output: inout [UInt8]) {
        if field.elementsEqual("NULL".utf8) { return output.append(contentsOf: "null".utf8) }
        let needsEscapes = field.contains { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }
        if needsEscapes {
            return output.append(contentsOf: JSON.string(String(decoding: field, as: UTF8.self)).bytes)
        }
        output.append(UInt8(ascii: "\""))
        output.append(contentsOf: field)
        output.append(UInt8(ascii: "\""))
    }

    /// The fields of the next line that is not empty, or nil at the end.
    private mutating func nextLine() throws(RequestError) -> [ArraySlice<UInt8>]? {
        while position < bytes.count {
            var fields = [try field()]
            while position < bytes.count, bytes[position] == UInt8(ascii: ",") {
                position += 1
                fields.append(try field())
            }
            try endLine()
            if fields.count > 1 || !fields[0].isEmpty { return fields }
        }
        return nil
    }

    private mutating func endLine() throws(RequestError) {
        guard position < bytes.count else { return }
        switch bytes[position] {
        case 0x0A: position += 1
        case 0x0D: position += position + 1 < bytes.count && bytes[position + 1] == 0x0A ? 2 : 1
        default: throw .invalidBody(.csv)
        }
    }

    private mutating func field() throws(RequestError) -> ArraySlice<UInt8> {
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { return try plainField() }
        position += 1
        var field: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte != UInt8(ascii: "\"") {
                field.append(byte)
            } else if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
                field.append(byte)
                position += 1
            } else {
                return field[...]
            }
        }
        throw .invalidBody(.csv)
    }

    /// Up to a comma or the end of the line; quotes have no place in it.
    private mutating func plainField() throws(RequestError) -> ArraySlice<UInt8> {
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: ","), 0x0A, 0x0D: return bytes[start..<position]
            case UInt8(ascii: "\""): throw .invalidBody(.csv)
            default: position += 1
            }
        }
        return bytes[start...]
    }
}
