internal import Core
internal import HTTPTypes

/// Why a request to the case service was refused (medmitra contract, sections 1 to 5).
enum CasesError: Error, Sendable {
    case notAuthenticated(reason: String)
    /// The token is an OAuth client's: whatever its user let it do, patients' cases are not among it.
    case actsForClient
    case foreignUser
    case caseNotFound
    case fileNotFound
    case validation([Violation])
    case noUpdateData
    case malformedBody(String)
    case fileRefused(name: String, reason: FileRefusal)
    case tooManyFiles
    case storageFull
    case tokenUnsignable

    enum FileRefusal: Sendable, Hashable {
        case type(String)
        case content(declared: String)
        case size(limit: ByteCount)
        case pixels(width: Int, height: Int)
        case empty
    }

    var status: HTTPResponse.Status {
        switch self {
        case .notAuthenticated: .unauthorized
        case .actsForClient, .foreignUser: .forbidden
        case .caseNotFound, .fileNotFound: .notFound
        case .validation: .unprocessableContent
        case .noUpdateData, .malformedBody, .tooManyFiles: .badRequest
        case .fileRefused(_, let reason):
            switch reason {
            case .type, .content: .unsupportedMediaType
            case .size, .pixels: .contentTooLarge
            case .empty: .badRequest
            }
        case .storageFull: .init(code: 507, reasonPhrase: "Insufficient Storage")
        case .tokenUnsignable: .internalServerError
        }
    }

    /// The `detail` member: a sentence, or FastAPI's list of violations.
    var detail: JSON {
        switch self {
        case .notAuthenticated(let reason): .string(reason)
        case .actsForClient: "Tokens of OAuth clients are not accepted here"
        case .foreignUser: "user_id is not the signed-in user"
        case .caseNotFound: "Case not found"
        case .fileNotFound: "File not found"
        case .validation(let violations): .array(violations.map(\.json))
        case .noUpdateData: "No data provided for update"
        case .malformedBody(let what): .string(what)
        case .tooManyFiles: .string("A request may carry at most \(Limits.filesMax) files")
        case .fileRefused(let name, let reason): .string("\(name): \(CasesError.text(reason))")
        case .storageFull: "The server has no space left for files; nothing was stored"
        case .tokenUnsignable: "Internal server error"
        }
    }

    private static func text(_ reason: FileRefusal) -> String {
        switch reason {
        case .type(let type): "files of type \(type) are not accepted here"
        case .content(let declared): "the content is not \(declared)"
        case .size(let limit): "the file is larger than \(limit)"
        case .pixels(let width, let height): "an image of \(width) x \(height) pixels is too large"
        case .empty: "the file is empty"
        }
    }
}

/// One entry of a validation error, as FastAPI words it.
struct Violation: Sendable, Hashable {
    let type: String
    let location: [String]
    let message: String
    var input: JSON = .null

    var json: JSON {
        [
            "type": .string(type), "loc": .array(location.map(JSON.string)), "msg": .string(message),
            "input": input,
        ]
    }

    static func missing(_ field: String, in place: String = "body") -> Violation {
        Violation(type: "missing", location: [place, field], message: "Field required")
    }

    static func notAnInteger(_ field: String, in place: String = "body", input: String) -> Violation {
        Violation(
            type: "int_parsing", location: [place, field],
            message: "Input should be a valid integer, unable to parse string as an integer", input: .string(input))
    }

    static func wrongType(_ field: String, expected: String, input: JSON) -> Violation {
        Violation(
            type: "\(expected)_type", location: ["body", field], message: "Input should be a valid \(expected)",
            input: input)
    }

    static func outOfRange(_ field: String, in place: String = "body", _ range: ClosedRange<Int>) -> Violation {
        Violation(
            type: "value_error", location: [place, field],
            message: "Input should be between \(range.lowerBound) and \(range.upperBound)")
    }

    static func tooLong(_ field: String, charactersMax: Int) -> Violation {
        Violation(
            type: "string_too_long", location: ["body", field],
            message: "String should have at most \(charactersMax) characters")
    }

    static func notOneOf(_ field: String, in place: String = "body", _ allowed: [String]) -> Violation {
        let list = allowed.map { "'\($0)'" }.joined(separator: ", ")
        return Violation(type: "enum", location: [place, field], message: "Input should be one of \(list)")
    }
}
