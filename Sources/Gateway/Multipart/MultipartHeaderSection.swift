internal import Core
internal import HTTPTypes

/// Collects the header lines of one part within the limits.
struct MultipartHeaderSection {
    private let limits: MultipartLimits
    private var lines: [[UInt8]] = []
    private var bytes = 0

    init(limits: MultipartLimits) { self.limits = limits }

    /// Throws when `pending` further bytes, of a line that may not be complete yet, are too many.
    func check(pending: Int) throws(MultipartError) {
        if bytes + pending > limits.headersMax.bytes { throw .headersTooLarge(limit: limits.headersMax) }
    }

    /// Adds a checked line, which comes without its CRLF.
    mutating func add(_ line: [UInt8]) throws(MultipartError) {
        bytes += line.count + 2
        guard line.allSatisfy({ $0 == UInt8(ascii: "\t") || $0 >= 0x20 && $0 != 0x7F }) else { throw .malformedHeader }
        if line.first == UInt8(ascii: " ") || line.first == UInt8(ascii: "\t") {
            // A folded line (RFC 5322, section 2.2.3) goes on with the one before.
            guard !lines.isEmpty else { throw .malformedHeader }
            lines[lines.count - 1] += line
            return
        }
        guard lines.count < limits.headerFieldCountMax else {
            throw .tooManyHeaders(limit: limits.headerFieldCountMax)
        }
        lines.append(line)
    }

    func head() throws(MultipartError) -> MultipartHead {
        var fields = HTTPFields()
        for line in lines {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")),
                let name = HTTPField.Name(String(decoding: line[..<colon], as: UTF8.self)),
                let value = String(validating: line[(colon + 1)...], as: UTF8.self)
            else { throw .malformedHeader }
            fields.append(HTTPField(name: name, value: value.trimmingSpaces()))
        }
        return try MultipartHead(headers: fields)
    }
}
