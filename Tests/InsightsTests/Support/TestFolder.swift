import Core
import FoundationEssentials

@testable import Insights

/// A folder that lives as long as one test.
func withFolder<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    let path = FileManager.default.temporaryDirectory.path + "/insights-tests-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(path)
}

/// Writes a file and returns its path.
func file(_ path: String, _ bytes: [UInt8]) throws -> String {
    try Data(bytes).write(to: URL(filePath: path))
    return path
}

/// The content of a file.
func bytes(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: path))) }

/// Reads bytes as an uploaded document of the given kind.
func read(
    _ bytes: [UInt8], name: String = "report.pdf", type: String = "application/pdf",
    _ category: CaseDocument.Category = .lab, patient: Patient = adult, configuration: InsightsConfig = InsightsConfig()
) async throws -> DocumentReading {
    try await withFolder { folder in
        let path = "\(folder)/\(name)"
        try Data(bytes).write(to: URL(filePath: path))
        let document = CaseDocument(id: "f", category: category, fileName: name, mediaType: type, path: path)
        return try await Reader(configuration: configuration).read(document, patient: patient)
    }
}

/// The PDF's first page printed and scanned again: a picture of text.
func scanned(_ pdf: [UInt8], dotsPerInch: Int = 200) async throws -> [UInt8] {
    try await withFolder { folder in
        let path = "\(folder)/print.pdf"
        try Data(pdf).write(to: URL(filePath: path))
        let process = LimitedProcess(programPath: InsightsConfig().programPath)
        let limits = ProcessLimits(time: .seconds(60), memory: .mebibytes(1024))
        let run = try await process(
            "pdftoppm", ["-q", "-jpeg", "-r", "\(dotsPerInch)", "-singlefile", path, "\(folder)/page"],
            directory: folder, limits: limits)
        guard run.status == 0 else { throw ReadingError.damaged }
        let image = Array(try Data(contentsOf: URL(filePath: "\(folder)/page.jpg")))
        guard let size = ImageGeometry(firstBytes: image) else { throw ReadingError.damaged }
        return TestPDF.scan(
            image: image,
            entries:
                "/Width \(size.width) /Height \(size.height) /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode"
        )
    }
}

/// A value in one line for comparing.
func line(_ value: LabValue) -> String {
    "\(value.name) = \(value.value) [\(value.unit)] {\(value.referenceRange)} \(value.status.rawValue)"
}

/// Small reproducible generator (SplitMix64).
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
