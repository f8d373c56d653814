internal import Core

/// The external programs, in the working directory and with the time left for one document.
struct Toolbox: Sendable {
    let process: LimitedProcess
    let configuration: InsightsConfig
    let directory: String
    let deadline: ContinuousClock.Instant

    /// A rendered page: a grey image file and its resolution.
    struct PageImage: Sendable {
        var path: String
        var dotsPerInch: Double
    }

    /// How recognition looks at a page; the numbers are tesseract's page segmentation modes.
    enum Segmentation: Int, Sendable {
        /// Columns and blocks as found.
        case automatic = 3
        /// One column of text of variable sizes.
        case column = 4
        /// One uniform block.
        case block = 6
        /// Words wherever they are, each by itself.
        case sparse = 11
    }

    /// Runs a program and returns its output. Throws the step's typed failures; a status other than 0 is `.damaged`
    /// unless `judge` says otherwise.
    func run(
        _ program: String, _ arguments: [String], step: ReadingError.Step,
        judge: (ProcessOutput) -> ReadingError? = { $0.status == 0 ? nil : .damaged }
    ) async throws(ReadingError) -> [UInt8] {
        let remaining = ContinuousClock.now.duration(to: deadline)
        guard remaining > .zero else { throw .timedOut(step: step) }
        let limits = ProcessLimits(
            time: min(configuration.programTime, remaining), memory: configuration.programMemory)
        let output: ProcessOutput
        do throws(ProcessFailure) {
            output = try await process(program, arguments, directory: directory, limits: limits)
        } catch {
            throw Self.readingError(error, step: step)
        }
        if let error = judge(output) { throw error }
        return output.bytes
    }

    private static func readingError(_ failure: ProcessFailure, step: ReadingError.Step) -> ReadingError {
        switch failure {
        case .programMissing(let name): .programMissing(name: name)
        case .timedOut: .timedOut(step: step)
        case .outputTooLarge: .resourcesExceeded(step: step)
        // SIGKILL, SIGXFSZ and SIGABRT are how limits end a program; anything else is a crash on this document.
        case .killed(let signal):
            [6, 9, 25].contains(signal) ? .resourcesExceeded(step: step) : .programFailed(step: step)
        case .couldNotStart: .programFailed(step: step)
        case .cancelled: .cancelled
        }
    }

    /// Renders one page in grey, coarser than asked where the page is large. Nil when even the coarsest readable
    /// resolution would be too many pixels.
    func render(_ path: String, page: Int, size: (width: Double, height: Double), dotsPerInch: Double)
        async throws(ReadingError) -> PageImage
    {
        let squareInches = max(0.01, size.width * size.height / (72 * 72))
        let affordable = (Limits.renderedPixelsMax / squareInches).squareRoot()
        guard affordable >= Limits.renderedDotsPerInchMin, max(size.width, size.height) <= Limits.pageSidePointsMax
        else {
            throw .pageTooLarge(page: page)
        }
        let resolution = min(dotsPerInch, affordable.rounded(.down))
        let root = "\(directory)/page-\(page)-\(Int(dotsPerInch))"
        _ = try await run(
            "pdftoppm",
            [
                "-q", "-gray", "-r", String(Int(resolution)), "-f", String(page), "-l", String(page), "-singlefile",
                path, root,
            ], step: .rendering)
        return PageImage(path: root + ".pgm", dotsPerInch: resolution)
    }

    /// The words recognition sees in an image.
    func recognise(_ image: PageImage, page: Int, as segmentation: Segmentation) async throws(ReadingError) -> PageWords
    {
        let output = try await run(
            "tesseract",
            [
                image.path, "-", "-l", configuration.ocrLanguage, "--dpi", String(Int(image.dotsPerInch)), "--psm",
                String(segmentation.rawValue), "tsv",
            ], step: .recognition)
        let pages = WordTable.pages(output, unitsPerInch: image.dotsPerInch, page: page)
        return pages.first ?? PageWords(number: page, width: 0, height: 0, words: [])
    }
}
