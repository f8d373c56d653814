/// Why a template cannot be used.
public struct TemplateError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Counted from 1; nil when no line is to blame.
    public let line: Int?
    /// For the operator: names of the template, never values.
    public let problem: String

    init(line: Int? = nil, _ problem: String) {
        self.line = line
        self.problem = problem
    }

    public var description: String { line.map { "line \($0): \(problem)" } ?? problem }
}
