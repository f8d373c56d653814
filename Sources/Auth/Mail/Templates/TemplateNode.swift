internal import Core

/// A piece of a parsed template.
indirect enum TemplateNode: Sendable {
    case text([UInt8])
    case output(Pipeline)
    case condition(Pipeline, then: [TemplateNode], otherwise: [TemplateNode])
    /// As a condition, with the value as the dot inside.
    case with(Pipeline, body: [TemplateNode], otherwise: [TemplateNode])
    /// Once for each item, with it as the dot inside.
    case range(Pipeline, body: [TemplateNode], otherwise: [TemplateNode])

    /// Commands of which each gives its value to the next as last argument.
    struct Pipeline: Sendable {
        var commands: [Command]
    }

    /// A value alone, or a function and its arguments.
    struct Command: Sendable {
        var function: TemplateFunction?
        var operands: [Operand]
    }

    indirect enum Operand: Sendable {
        /// `.`, `.A`, `.A.B`
        case field([String])
        /// `$`, `$.A`
        case root([String])
        case literal(JSON)
        /// `(…)`, `(…).A`
        case group(Pipeline, [String])
    }
}
