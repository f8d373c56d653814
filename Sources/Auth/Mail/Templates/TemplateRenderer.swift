internal import Core

/// Writes a template out with its values.
struct TemplateRenderer {
    private let root: JSON
    private var context: HTMLContext?
    private var output: [UInt8] = []
    private var stepsLeft = TemplateLimits.stepsMax

    /// - Parameter isHTML: values are escaped for where they stand; otherwise they are written as they are.
    static func render(_ nodes: [TemplateNode], _ values: JSON, isHTML: Bool) throws(TemplateError) -> String {
        var renderer = TemplateRenderer(root: values, context: isHTML ? HTMLContext() : nil)
        try renderer.write(nodes, dot: values)
        return String(decoding: renderer.output, as: UTF8.self)
    }

    private init(root: JSON, context: HTMLContext?) {
        self.root = root
        self.context = context
    }

    private mutating func write(_ nodes: [TemplateNode], dot: JSON) throws(TemplateError) {
        for node in nodes {
            stepsLeft -= 1
            guard stepsLeft > 0 else { throw TemplateError("the template takes too many steps") }
            switch node {
            case .text(let bytes):
                context?.read(bytes)
                try append(bytes)
            case .output(let pipeline):
                let value = try value(of: pipeline, dot: dot).printed
                try append(Array((context?.escaped(value) ?? value).utf8))
            case .condition(let pipeline, let then, let otherwise):
                try write(try value(of: pipeline, dot: dot).isTrue ? then : otherwise, dot: dot)
            case .with(let pipeline, let body, let otherwise):
                let value = try value(of: pipeline, dot: dot)
                if value.isTrue { try write(body, dot: value) } else { try write(otherwise, dot: dot) }
            case .range(let pipeline, let body, let otherwise):
                let items = try items(of: value(of: pipeline, dot: dot))
                for item in items { try write(body, dot: item) }
                if items.isEmpty { try write(otherwise, dot: dot) }
            }
        }
    }

    private mutating func append(_ bytes: [UInt8]) throws(TemplateError) {
        guard output.count + bytes.count <= TemplateLimits.output.bytes else {
            throw TemplateError("the mail is larger than \(TemplateLimits.output.bytes) bytes")
        }
        output += bytes
    }

    private func items(of value: JSON) throws(TemplateError) -> [JSON] {
        switch value {
        case .array(let items): return items
        // Go goes through maps in the order of their keys.
        case .object(let object): return object.members.sorted { $0.key < $1.key }.map(\.value)
        case .null: return []
        case .bool, .number, .string: throw TemplateError("range over a value that has no items")
        }
    }

    // MARK: Values

    private mutating func value(of pipeline: TemplateNode.Pipeline, dot: JSON) throws(TemplateError) -> JSON {
        var last: JSON?
        for command in pipeline.commands {
            stepsLeft -= 1
            guard stepsLeft > 0 else { throw TemplateError("the template takes too many steps") }
            var arguments: [JSON] = []
            for operand in command.operands { arguments.append(try value(of: operand, dot: dot)) }
            if let last { arguments.append(last) }
            if let function = command.function {
                last = try function.call(arguments)
            } else {
                last = arguments.first
            }
        }
        return last ?? .null
    }

    private mutating func value(of operand: TemplateNode.Operand, dot: JSON) throws(TemplateError) -> JSON {
        switch operand {
        case .field(let path): TemplateRenderer.member(of: dot, path)
        case .root(let path): TemplateRenderer.member(of: root, path)
        case .literal(let value): value
        case .group(let pipeline, let path): TemplateRenderer.member(of: try value(of: pipeline, dot: dot), path)
        }
    }

    /// What is not there is null, as in GoTrue's templates.
    private static func member(of value: JSON, _ path: [String]) -> JSON {
        path.reduce(value) { value, name in value[name] ?? .null }
    }
}
