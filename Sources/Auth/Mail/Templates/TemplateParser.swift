internal import Core

/// Reads a template: Go's text/template without variables and without templates inside of templates.
struct TemplateParser {
    private let source: [UInt8]
    private var position = 0
    private var line = 1
    /// The marker of the action before asks for the white space that follows it to go.
    private var trimsNext = false

    private init(_ source: [UInt8]) {
        self.source = source
    }

    static func parse(_ source: [UInt8]) throws(TemplateError) -> [TemplateNode] {
        guard source.count <= TemplateLimits.source.bytes else {
            throw TemplateError("the template is larger than \(TemplateLimits.source.bytes) bytes")
        }
        var parser = TemplateParser(source)
        let (nodes, end) = try parser.nodes(depth: 0)
        guard case .source = end else { throw TemplateError(line: parser.line, "\(end.name) without a beginning") }
        return nodes
    }

    /// What ended a list of nodes.
    private enum End {
        case source
        case end
        case otherwise
        /// `{{ else if … }}`, `{{ else with … }}`
        case otherwiseAgain(keyword: String, [TemplateLexer.Token])

        var name: String {
            switch self {
            case .source: "the end of the template"
            case .end: "end"
            case .otherwise, .otherwiseAgain: "else"
            }
        }
    }

    // MARK: Lists

    private mutating func nodes(depth: Int) throws(TemplateError) -> ([TemplateNode], End) {
        guard depth <= TemplateLimits.depthMax else { throw TemplateError(line: line, "actions are nested too deeply") }
        var nodes: [TemplateNode] = []
        while true {
            readText(into: &nodes)
            guard position < source.count else { return (nodes, .source) }
            if try skipComment() { continue }
            let tokens = try action()
            guard case .word(let keyword)? = tokens.first, TemplateFunction(rawValue: keyword) == nil else {
                nodes.append(.output(try pipeline(tokens)))
                continue
            }
            let rest = Array(tokens.dropFirst())
            switch keyword {
            case "end":
                guard rest.isEmpty else { throw TemplateError(line: line, "end takes nothing") }
                return (nodes, .end)
            case "else":
                guard case .word(let again)? = rest.first else {
                    guard rest.isEmpty else { throw TemplateError(line: line, "else is malformed") }
                    return (nodes, .otherwise)
                }
                return (nodes, .otherwiseAgain(keyword: again, Array(rest.dropFirst())))
            case "if", "with", "range": nodes.append(try block(keyword, rest, depth: depth))
            case "true", "false", "nil": nodes.append(.output(try pipeline(tokens)))
            default: throw TemplateError(line: line, "\(keyword) is not supported")
            }
        }
    }

    private mutating func block(
        _ keyword: String, _ tokens: [TemplateLexer.Token], depth: Int
    ) throws(TemplateError) -> TemplateNode {
        let start = line
        let pipeline = try pipeline(tokens)
        let (body, end) = try nodes(depth: depth + 1)
        var otherwise: [TemplateNode] = []
        switch end {
        case .end: break
        case .source: throw TemplateError(line: start, "\(keyword) has no end")
        case .otherwise:
            let (nodes, last) = try nodes(depth: depth + 1)
            guard case .end = last else { throw TemplateError(line: start, "\(keyword) has no end behind its else") }
            otherwise = nodes
        case .otherwiseAgain(let again, let tokens):
            guard again == keyword, keyword != "range" else {
                throw TemplateError(line: line, "else \(again) does not belong to \(keyword)")
            }
            // The inner block takes the end of the whole chain.
            otherwise = [try block(again, tokens, depth: depth + 1)]
        }
        return switch keyword {
        case "if": .condition(pipeline, then: body, otherwise: otherwise)
        case "with": .with(pipeline, body: body, otherwise: otherwise)
        default: .range(pipeline, body: body, otherwise: otherwise)
        }
    }

    // MARK: Text and comments

    private mutating func readText(into nodes: inout [TemplateNode]) {
        var end = position
        while end < source.count, !source[end...].starts(with: "{{".utf8) { end += 1 }
        var text = source[position..<end]
        advance(to: end)
        if trimsNext { text = text.drop(while: TemplateParser.isSpace) }
        if source[end...].starts(with: "{{-".utf8), end + 3 < source.count, TemplateParser.isSpace(source[end + 3]) {
            while let last = text.last, TemplateParser.isSpace(last) { text = text.dropLast() }
        }
        trimsNext = false
        if !text.isEmpty { nodes.append(.text(Array(text))) }
    }

    private mutating func skipComment() throws(TemplateError) -> Bool {
        var start = position + 2
        if start + 1 < source.count, source[start] == UInt8(ascii: "-"), TemplateParser.isSpace(source[start + 1]) {
            start += 2
            while start < source.count, TemplateParser.isSpace(source[start]) { start += 1 }
        }
        guard source[min(start, source.count)...].starts(with: "/*".utf8) else { return false }
        var end = start + 2
        while end < source.count, !source[end...].starts(with: "*/".utf8) { end += 1 }
        guard end < source.count else { throw TemplateError(line: line, "a comment is not closed") }
        end += 2
        let afterText = end
        while end < source.count, TemplateParser.isSpace(source[end]) { end += 1 }
        if end > afterText, source[end...].starts(with: "-}}".utf8) {
            trimsNext = true
            advance(to: end + 3)
        } else {
            guard source[afterText...].starts(with: "}}".utf8) else {
                throw TemplateError(line: line, "a comment has to be an action of its own")
            }
            advance(to: afterText + 2)
        }
        return true
    }

    private mutating func action() throws(TemplateError) -> [TemplateLexer.Token] {
        var start = position + 2
        if start + 1 < source.count, source[start] == UInt8(ascii: "-"), TemplateParser.isSpace(source[start + 1]) {
            start += 1
        }
        var lexer = TemplateLexer(source: source, position: start, line: line)
        let (tokens, trims) = try lexer.tokens()
        trimsNext = trims
        advance(to: lexer.position)
        return tokens
    }

    private mutating func advance(to end: Int) {
        for byte in source[position..<end] where byte == 0x0A { line += 1 }
        position = end
    }

    private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }

    // MARK: Pipelines

    private func pipeline(_ tokens: [TemplateLexer.Token]) throws(TemplateError) -> TemplateNode.Pipeline {
        var reader = PipelineReader(tokens: tokens[...], line: line)
        let pipeline = try reader.pipeline(depth: 0)
        guard reader.tokens.isEmpty else { throw TemplateError(line: line, "an unexpected closing parenthesis") }
        return pipeline
    }
}

/// Reads the tokens of one action.
private struct PipelineReader {
    var tokens: ArraySlice<TemplateLexer.Token>
    let line: Int

    mutating func pipeline(depth: Int) throws(TemplateError) -> TemplateNode.Pipeline {
        guard depth <= TemplateLimits.depthMax else {
            throw TemplateError(line: line, "parentheses are nested too deeply")
        }
        var commands = [try command(depth: depth)]
        while tokens.first == .pipe {
            tokens.removeFirst()
            let next = try command(depth: depth)
            guard next.function != nil else { throw TemplateError(line: line, "a value cannot take what | gives it") }
            commands.append(next)
        }
        return TemplateNode.Pipeline(commands: commands)
    }

    private mutating func command(depth: Int) throws(TemplateError) -> TemplateNode.Command {
        var command = TemplateNode.Command(function: nil, operands: [])
        if case .word(let name)? = tokens.first, let function = TemplateFunction(rawValue: name) {
            tokens.removeFirst()
            command.function = function
        }
        while let token = tokens.first {
            if token == .pipe { break }
            if case .close = token { break }
            tokens.removeFirst()
            command.operands.append(try operand(token, depth: depth))
        }
        guard command.function != nil || command.operands.count == 1 else {
            let problem = command.operands.isEmpty ? "a value is missing" : "a value is followed by another"
            throw TemplateError(line: line, problem)
        }
        return command
    }

    private mutating func operand(
        _ token: TemplateLexer.Token, depth: Int
    ) throws(TemplateError) -> TemplateNode.Operand {
        switch token {
        case .field(let path): return .field(path)
        case .root(let path): return .root(path)
        case .literal(let value): return .literal(value)
        case .word("true"): return .literal(true)
        case .word("false"): return .literal(false)
        case .word("nil"): return .literal(.null)
        case .word(let name):
            if let function = TemplateFunction(rawValue: name) {
                // A function without arguments, as in `and .A (not .B)`, stands in parentheses.
                throw TemplateError(line: line, "\(function.rawValue) as an argument needs parentheses")
            }
            throw TemplateError(line: line, "there is no function \(name)")
        case .open:
            let inner = try pipeline(depth: depth + 1)
            guard case .close(let path)? = tokens.popFirst() else {
                throw TemplateError(line: line, "a parenthesis is not closed")
            }
            return .group(inner, path)
        case .close, .pipe: throw TemplateError(line: line, "a value is missing")
        }
    }
}
