import Core
import HTTPTypes
import Postgres
import Storage
import Testing

/// Role × verb × kind of bucket: what row-level security lets through, and in which words the rest is refused.
@Suite struct `Storage policies` {
    /// Kinds of buckets by their policies.
    enum Kind: String, CaseIterable, Sendable {
        /// Public, no policies.
        case open
        /// Private, no policies.
        case closed
        /// Every verb in folders named after the user.
        case own
        /// Signed-in users may insert, and nothing else.
        case dropbox
        /// Signed-in users may select, and nothing else.
        case readable
    }

    enum Role: String, CaseIterable, Sendable {
        case nobody, anon, alice, bob, service
    }

    enum Verb: String, CaseIterable, Sendable {
        case upload, upsert, replace, download, info, list, sign, signUpload, remove, removeMany, move, copy
    }

    /// Words: ok; denied (AccessDenied); hidden (NoSuchKey, or nothing in a list); bucket (NoSuchBucket); login (no
    /// credentials).
    static let table: [Kind: [Role: String]] = [
        .open: [
            .nobody: "login login login ok ok login login login login login login login",
            .anon: "denied denied denied ok ok hidden hidden denied hidden hidden hidden hidden",
            .alice: "denied denied denied ok ok hidden hidden denied hidden hidden hidden hidden",
            .bob: "denied denied denied ok ok hidden hidden denied hidden hidden hidden hidden",
            .service: "ok ok ok ok ok ok ok ok ok ok ok ok",
        ],
        .closed: [
            .nobody: "login login login bucket bucket login login login login login login login",
            .anon: "denied denied denied hidden hidden hidden hidden denied hidden hidden hidden hidden",
            .alice: "denied denied denied hidden hidden hidden hidden denied hidden hidden hidden hidden",
            .bob: "denied denied denied hidden hidden hidden hidden denied hidden hidden hidden hidden",
            .service: "ok ok ok ok ok ok ok ok ok ok ok ok",
        ],
        .own: [
            .nobody: "login login login bucket bucket login login login login login login login",
            .anon: "denied denied denied hidden hidden hidden hidden denied hidden hidden hidden hidden",
            .alice: "ok ok ok ok ok ok ok ok ok ok ok ok",
            .bob: "denied denied denied hidden hidden hidden hidden denied hidden hidden hidden hidden",
            .service: "ok ok ok ok ok ok ok ok ok ok ok ok",
        ],
        .dropbox: [
            .nobody: "login login login bucket bucket login login login login login login login",
            .anon: "denied denied denied hidden hidden hidden hidden denied hidden hidden hidden hidden",
            .alice: "ok denied denied hidden hidden hidden hidden ok hidden hidden hidden hidden",
            .bob: "ok denied denied hidden hidden hidden hidden ok hidden hidden hidden hidden",
            .service: "ok ok ok ok ok ok ok ok ok ok ok ok",
        ],
        .readable: [
            .nobody: "login login login bucket bucket login login login login login login login",
            .anon: "denied denied denied hidden hidden hidden hidden denied hidden hidden hidden hidden",
            .alice: "denied denied denied ok ok ok ok denied denied hidden denied denied",
            .bob: "denied denied denied ok ok ok ok denied denied hidden denied denied",
            .service: "ok ok ok ok ok ok ok ok ok ok ok ok",
        ],
    ]

    @Test(arguments: Kind.allCases)
    func `decide every verb for every role`(kind: Kind) async throws {
        try await StorageHarness.run { harness in
            try await StoragePolicyBench.prepare(kind, harness)
            for role in Role.allCases {
                let expected = Self.table[kind]?[role]?.split(separator: " ").map(String.init) ?? []
                var found: [String] = []
                for verb in Verb.allCases {
                    found.append(try await StoragePolicyBench(kind: kind, role: role, harness: harness).attempt(verb))
                }
                #expect(found == expected, "\(kind.rawValue) \(role.rawValue)")
            }
            // Whatever was refused left nothing: every version in the store belongs to a row, once the queue is done.
            while try await harness.maintenance.removeQueued() > 0 {}
            let rows = try await harness.count("select count(*) from storage.objects")
            #expect(try await harness.storedVersions() == rows)
        }
    }
}
