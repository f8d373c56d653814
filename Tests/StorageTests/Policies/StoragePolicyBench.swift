import Core
import HTTPTypes

/// Tries verbs of one role in one kind of bucket.
struct StoragePolicyBench {
    typealias Table = `Storage policies`
    let kind: Table.Kind
    let role: Table.Role
    let harness: StorageHarness

    static func prepare(_ kind: Table.Kind, _ harness: StorageHarness) async throws {
        try await harness.bucket(kind.rawValue, ["public": .bool(kind == .open)])
        switch kind {
        case .open, .closed: break
        case .own: try await harness.ownFolderPolicy("own")
        case .dropbox:
            try await harness.policy("drop", "for insert to authenticated with check (bucket_id = 'dropbox')")
        case .readable:
            try await harness.policy("read", "for select to authenticated using (bucket_id = 'readable')")
        }
    }

    private var bearer: String? {
        get throws {
            switch role {
            case .nobody: nil
            case .anon: harness.anonKey
            case .alice: try harness.token(of: StorageHarness.alice)
            case .bob: try harness.token(of: StorageHarness.bob)
            case .service: harness.serviceKey
            }
        }
    }

    /// What came of the verb, in the table's words.
    func attempt(_ verb: Table.Verb) async throws -> String {
        let bearer = try bearer
        let bucket = kind.rawValue
        // Alice's folder, whoever comes.
        let key = "\(StorageHarness.alice)/\(role.rawValue)-\(verb.rawValue).txt"
        let isNew = [.upload, .upsert, .signUpload].contains(verb)
        if !isNew {
            let seeded = try await harness.upload("\(bucket)/\(key)", "seed", as: harness.serviceKey)
            guard seeded.status == 200 else { throw HarnessError.unexpected(seeded.text) }
        }
        let path = "\(bucket)/\(key)"
        let places: JSON = [
            "bucketId": .string(bucket), "sourceKey": .string(key), "destinationKey": .string(key + ".moved"),
        ]
        let answer: Answer
        switch verb {
        case .upload: answer = try await harness.upload(path, "new", as: bearer)
        case .upsert: answer = try await harness.upload(path, "new", as: bearer, upsert: true)
        case .replace:
            answer = try await harness.send(
                .put, "/object/\(path)", as: bearer, headers: ["content-type": "text/plain"], bytes: [1, 2, 3])
        case .download: answer = try await harness.send(.get, "/object/\(path)", as: bearer)
        case .info: answer = try await harness.send(.get, "/object/info/\(path)", as: bearer)
        case .list:
            answer = try await harness.send(
                .post, "/object/list/\(bucket)", as: bearer,
                json: ["prefix": .string(StorageHarness.alice), "search": .string("\(role.rawValue)-\(verb.rawValue)")])
            if let entries = answer.json.array { return entries.isEmpty ? "hidden" : "ok" }
        case .sign: answer = try await harness.send(.post, "/object/sign/\(path)", as: bearer, json: ["expiresIn": 60])
        case .signUpload: answer = try await harness.send(.post, "/object/upload/sign/\(path)", as: bearer)
        case .remove: answer = try await harness.send(.delete, "/object/\(path)", as: bearer)
        case .removeMany:
            answer = try await harness.send(
                .delete, "/object/\(bucket)", as: bearer, json: ["prefixes": .array([.string(key)])])
            if let removed = answer.json.array { return removed.isEmpty ? "hidden" : "ok" }
        case .move: answer = try await harness.send(.post, "/object/move", as: bearer, json: places)
        case .copy: answer = try await harness.send(.post, "/object/copy", as: bearer, json: places)
        }
        return Self.word(answer)
    }

    private static func word(_ answer: Answer) -> String {
        switch answer.outcome {
        case "200": "ok"
        case "400 403 AccessDenied": "denied"
        case "400 404 NoSuchKey": "hidden"
        case "400 404 NoSuchBucket": "bucket"
        case "400 400 InvalidRequest": "login"
        case let other: "\(other): \(answer.text)"
        }
    }
}
