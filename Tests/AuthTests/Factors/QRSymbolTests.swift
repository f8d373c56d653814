import QRCode
import Testing

@Suite struct `QR codes` {
    @Test func `have the patterns that scanners look for`() throws {
        let symbol = try #require(QRSymbol("otpauth://totp/example.org:doctor?secret=JBSWY3DPEHPK3PXP"))
        // A side has 17 modules and 4 more for each version.
        #expect((symbol.width - 17) % 4 == 0 && symbol.width >= 21)
        let finder = ["#######", "#.....#", "#.###.#", "#.###.#", "#.###.#", "#.....#", "#######"].map(Array.init)
        let far = symbol.width - 7
        for (left, top) in [(0, 0), (far, 0), (0, far)] {
            for row in 0..<7 {
                for column in 0..<7 {
                    #expect(symbol.isDark(column: left + column, row: top + row) == (finder[row][column] == "#"))
                }
            }
        }
        // The timing patterns between them alternate.
        for place in 8..<symbol.width - 8 {
            #expect(symbol.isDark(column: place, row: 6) == (place % 2 == 0))
            #expect(symbol.isDark(column: 6, row: place) == (place % 2 == 0))
        }
        #expect(symbol.isDark(column: 8, row: symbol.width - 8))
    }

    @Test func `differ with their text and grow with it`() throws {
        let short = try #require(QRSymbol("a"))
        #expect(short != QRSymbol("b"))
        #expect(short == QRSymbol("a"))
        #expect(try #require(QRSymbol(String(repeating: "a", count: QRSymbol.bytesMax))).width == 177)
    }

    @Test func `are not made of nothing, nor of too much`() {
        #expect(QRSymbol("") == nil)
        #expect(QRSymbol(String(repeating: "a", count: QRSymbol.bytesMax + 1)) == nil)
    }

    /// The rectangles of the path, painted again.
    @Test func `are drawn module by module`() throws {
        let symbol = try #require(QRSymbol("a drawing"))
        let path = try #require(symbol.svg.split(separator: " d=\"").last?.split(separator: "\"").first)
        var painted: Set<[Int]> = []
        for piece in path.split(separator: "M") {
            let numbers = piece.split { !$0.isNumber }.compactMap { Int($0) }
            try #require(numbers.count == 5)
            #expect((numbers[3], numbers[4]) == (1, numbers[2]))
            for column in numbers[0]..<numbers[0] + numbers[2] { painted.insert([column - 4, numbers[1] - 4]) }
        }
        for row in 0..<symbol.width {
            for column in 0..<symbol.width {
                #expect(painted.contains([column, row]) == symbol.isDark(column: column, row: row))
            }
        }
    }
}
