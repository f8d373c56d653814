extension QRSymbol {
    /// Modules of light margin on each side that scanners need (ISO/IEC 18004, section 9.1).
    private static let quietZone = 4
    /// Pixels of a module where the picture is shown in its own size.
    private static let modulePixels = 5

    /// The symbol as an SVG document.
    ///
    /// Clients put `data:image/svg+xml;utf-8,` in front without escaping anything. So there is no `#` and no `%` in it,
    /// and no line break: colours have names, and all dark modules are one path of one rectangle for each run in a row.
    public var svg: String {
        let side = width + 2 * QRSymbol.quietZone
        let pixels = side * QRSymbol.modulePixels
        var path = ""
        for row in 0..<width {
            for run in runs(row: row) {
                path += "M\(run.lowerBound + QRSymbol.quietZone) \(row + QRSymbol.quietZone)"
                path += "h\(run.count)v1h-\(run.count)z"
            }
        }
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(pixels)\" height=\"\(pixels)\" "
            + "viewBox=\"0 0 \(side) \(side)\" shape-rendering=\"crispEdges\">"
            + "<rect width=\"\(side)\" height=\"\(side)\" fill=\"white\"/><path fill=\"black\" d=\"\(path)\"/></svg>"
    }

    /// The stretches of dark modules in a row.
    private func runs(row: Int) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        var start: Int?
        for column in 0..<width {
            let isDark = isDark(column: column, row: row)
            if isDark, start == nil { start = column }
            if !isDark, let first = start {
                runs.append(first..<column)
                start = nil
            }
        }
        if let first = start { runs.append(first..<width) }
        return runs
    }
}
