/// A pattern of the allow-list, in the glob language of GoTrue's documentation: `*` is any run of characters without
/// `.` and `/`, `**` any run at all, `?` one character that is neither, `[abc]`, `[a-z]`, `[!a-z]` one character of a
/// set or outside of it, `{one,other}` either of several patterns, and `\` takes the next character as it is.
///
/// The pattern becomes a small machine without backtracking (Thompson, "Regular Expression Search Algorithm", 1968):
/// work is bounded by the product of both lengths, whatever an attacker sends.
struct RedirectGlob: Sendable {
    private enum Step: Sendable {
        case one(Unicode.Scalar)
        case set([ClosedRange<Unicode.Scalar>], isNegated: Bool)
        case anything
        case anythingWithin
        /// Goes on at both places without taking a character.
        case fork(Int, Int)
        case jump(Int)
    }

    private let steps: [Step]

    /// Nil for a pattern that is none: an open bracket or brace, an empty set, a backslash at the end.
    init?(_ pattern: String) {
        guard let steps = Compiler.compile(pattern) else { return nil }
        self.steps = steps
    }

    /// Whether the whole of `text` matches.
    func matches(_ text: some StringProtocol) -> Bool {
        var places = Places(steps.count)
        follow(0, into: &places)
        for scalar in text.unicodeScalars {
            var next = Places(steps.count)
            for place in places.list where place < steps.count && Self.takes(steps[place], scalar) {
                follow(place + 1, into: &next)
            }
            guard !next.list.isEmpty else { return false }
            places = next
        }
        return places.holds(steps.count)
    }

    /// Adds a place and all that are reached from it without a character.
    private func follow(_ start: Int, into places: inout Places) {
        var pending = [start]
        while let place = pending.popLast() {
            guard places.add(place), place < steps.count else { continue }
            switch steps[place] {
            case .fork(let first, let second): pending += [second, first]
            case .jump(let target): pending.append(target)
            case .one, .set, .anything, .anythingWithin: break
            }
        }
    }

    private static func takes(_ step: Step, _ scalar: Unicode.Scalar) -> Bool {
        switch step {
        case .one(let wanted): scalar == wanted
        case .set(let ranges, let isNegated): ranges.contains { $0.contains(scalar) } != isNegated
        case .anything: true
        case .anythingWithin: scalar != "." && scalar != "/"
        case .fork, .jump: false
        }
    }

    /// Places in the machine, each once.
    private struct Places {
        private(set) var list: [Int] = []
        private var isIn: [Bool]

        /// Room for every step and for the end.
        init(_ stepCount: Int) { isIn = [Bool](repeating: false, count: stepCount + 1) }

        func holds(_ place: Int) -> Bool { isIn[place] }

        /// False when it was there already.
        mutating func add(_ place: Int) -> Bool {
            guard !isIn[place] else { return false }
            isIn[place] = true
            list.append(place)
            return true
        }
    }

    /// Turns the text of a pattern into steps.
    private struct Compiler {
        private let pattern: [Unicode.Scalar]
        private var index = 0
        private var steps: [Step] = []

        static func compile(_ pattern: String) -> [Step]? {
            let scalars = Array(pattern.unicodeScalars)
            guard (1...RedirectLimits.patternCharactersMax).contains(scalars.count) else { return nil }
            var compiler = Compiler(pattern: scalars)
            guard compiler.sequence(depth: 0), compiler.index == scalars.count else { return nil }
            return compiler.steps
        }

        private init(pattern: [Unicode.Scalar]) { self.pattern = pattern }

        private var next: Unicode.Scalar? { index < pattern.count ? pattern[index] : nil }

        private mutating func take() -> Unicode.Scalar? {
            guard let scalar = next else { return nil }
            index += 1
            return scalar
        }

        /// Reads up to the end, or inside braces up to their comma or end. False when the pattern is none.
        private mutating func sequence(depth: Int) -> Bool {
            while let scalar = next {
                if depth > 0, scalar == "," || scalar == "}" { return true }
                index += 1
                switch scalar {
                case "*": star()
                case "?": steps.append(.anythingWithin)
                case "[": guard set() else { return false }
                case "{": guard alternatives(depth: depth + 1) else { return false }
                case "\\":
                    guard let literal = take() else { return false }
                    steps.append(.one(literal))
                default: steps.append(.one(scalar))
                }
            }
            return depth == 0
        }

        private mutating func star() {
            var taken: Step = .anythingWithin
            while next == "*" {
                index += 1
                taken = .anything
            }
            let start = steps.count
            steps += [.fork(start + 1, start + 3), taken, .jump(start)]
        }

        /// Inside `[…]`, behind the opening bracket.
        private mutating func set() -> Bool {
            var isNegated = false
            if next == "!" {
                isNegated = true
                index += 1
            }
            var ranges: [ClosedRange<Unicode.Scalar>] = []
            while let first = take() {
                if first == "]" {
                    guard !ranges.isEmpty else { return false }
                    steps.append(.set(ranges, isNegated: isNegated))
                    return true
                }
                guard let low = first == "\\" ? take() : first else { return false }
                var high = low
                if next == "-", index + 1 < pattern.count, pattern[index + 1] != "]" {
                    index += 1
                    guard let end = take(), let literal = end == "\\" ? take() : end else { return false }
                    high = literal
                }
                guard low <= high else { return false }
                ranges.append(low...high)
            }
            return false
        }

        /// Inside `{…}`, behind the opening brace.
        private mutating func alternatives(depth: Int) -> Bool {
            guard depth <= RedirectLimits.patternDepthMax else { return false }
            var jumps: [Int] = []
            while true {
                let fork = steps.count
                steps.append(.fork(fork + 1, fork + 1))
                guard sequence(depth: depth), let end = take() else { return false }
                if end == "}" { break }
                jumps.append(steps.count)
                steps.append(.jump(0))
                steps[fork] = .fork(fork + 1, steps.count)
            }
            for jump in jumps { steps[jump] = .jump(steps.count) }
            return true
        }
    }
}
