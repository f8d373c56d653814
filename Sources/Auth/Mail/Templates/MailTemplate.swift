public import Core

/// A template for subjects, bodies or text messages: Go's syntax, as GoTrue's settings have it.
///
/// Known are text, `{{ .Name }}`, `{{ .Data.key }}`, `{{ if }}`, `{{ else if }}`, `{{ else }}`, `{{ with }}`,
/// `{{ range }}`, `{{ end }}`, comments, trim markers, literals, pipelines and the functions of the manual;
/// variables and templates inside of templates are not.
public struct MailTemplate: Sendable {
    private let nodes: [TemplateNode]

    /// Throws ``TemplateError`` with the line.
    public init(_ source: String) throws(TemplateError) {
        nodes = try TemplateParser.parse(Array(source.utf8))
    }

    /// As HTML: values are escaped for the place where they stand. Throws ``TemplateError``.
    public func html(_ values: JSON) throws(TemplateError) -> String {
        try TemplateRenderer.render(nodes, values, isHTML: true)
    }

    /// As plain text. Throws ``TemplateError``.
    public func text(_ values: JSON) throws(TemplateError) -> String {
        try TemplateRenderer.render(nodes, values, isHTML: false)
    }
}
