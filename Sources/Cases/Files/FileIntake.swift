internal import Core
internal import Cryptography
internal import Gateway
internal import HTTPTypes
internal import Insights
internal import NIOCore
internal import Objects

/// Takes the file parts of one request into the object store while they arrive, whatever the order of the fields:
/// which case and category they belong to may be said after them.
///
/// Nothing counts before its rows are committed: ``discard()`` removes the bytes of a request that came to nothing,
/// and what even that could not remove is found by the sweep for versions without a row.
struct FileIntake {
    /// A stored file whose place is not settled yet.
    struct Taken: Sendable {
        let id: String
        let name: String
        let mediaType: String
        let category: FileCategory?
        let version: ObjectVersion
        let stored: StoredObject
        let storedAt: Timestamp
    }

    let objects: any ObjectStore
    let clock: any WallClock
    private(set) var taken: [Taken] = []

    init(objects: any ObjectStore, clock: any WallClock) {
        self.objects = objects
        self.clock = clock
    }

    /// Checks and stores one part. A part without a name and content, as browsers send for an empty file input, is
    /// passed over. Throws ``CasesError``, ``ObjectError`` and what reading throws.
    mutating func take(_ part: MultipartPart, as category: FileCategory?) async throws {
        let name = FileName.base(part.fileName ?? "")
        var body = part.body.makeAsyncIterator()
        var beginning = ByteBuffer()
        while beginning.readableBytes < Limits.inspectedBytes.bytes, let more = try await body.next() {
            beginning.writeImmutableBuffer(more)
        }
        if beginning.readableBytes == 0 {
            if (part.fileName ?? "").isEmpty { return }
            throw CasesError.fileRefused(name: name, reason: .empty)
        }
        guard taken.count < Limits.filesMax else { throw CasesError.tooManyFiles }
        let mediaType = try FileIntake.mediaType(part, name: name)
        let possible = try FileIntake.possibleCategories(category, mediaType: mediaType, name: name)
        try FileIntake.inspect(Array(beginning.readableBytesView), mediaType: mediaType, name: name)
        let limit = possible.map(\.sizeMax).max() ?? Limits.labFileMax
        let version = ObjectVersion.fresh(bucket: StoredFile.bucket, key: "incoming")
        let stored: StoredObject
        do throws(ObjectError) {
            stored = try await objects.write(
                version, limit: limit, expected: nil, sha256: true,
                body: ResumedBody(beginning: beginning, rest: part.body))
        } catch {
            guard case .tooLarge(let limit) = error else { throw error }
            throw CasesError.fileRefused(name: name, reason: .size(limit: limit))
        }
        taken.append(
            Taken(
                id: SecureRandom.uuid(), name: name, mediaType: mediaType, category: category, version: version,
                stored: stored, storedAt: clock.now()))
    }

    /// The files as rows of `caseID`, in the order lab, radiology. A file that came without a category takes
    /// `category`, or the one that follows from its type.
    func settled(caseID: String, category: FileCategory? = nil) throws(CasesError) -> [StoredFile] {
        var files: [StoredFile] = []
        for file in taken {
            guard
                let settled = file.category ?? category
                    ?? FileCategory(mediaType: file.mediaType, fileName: file.name),
                settled.accepts(mediaType: file.mediaType, fileName: file.name)
            else { throw .fileRefused(name: file.name, reason: .type(file.mediaType)) }
            guard file.stored.size <= settled.sizeMax.bytes else {
                throw .fileRefused(name: file.name, reason: .size(limit: settled.sizeMax))
            }
            files.append(
                StoredFile(
                    id: file.id, category: settled, name: file.name, mediaType: file.mediaType,
                    size: file.stored.size,
                    key: StoredFile.key(category: settled, caseID: caseID, fileID: file.id, name: file.name),
                    version: file.version.version, etag: file.stored.etag, sha256: file.stored.sha256 ?? "",
                    storedAt: file.storedAt))
        }
        return files.filter { $0.category == .lab } + files.filter { $0.category == .radiology }
    }

    /// Removes what was stored; for a request that failed.
    func discard() async {
        for file in taken {
            // A version that stays behind has no row and is swept later.
            try? await objects.delete(file.version)
        }
    }

    /// Lower case, without parameters.
    private static func mediaType(_ part: MultipartPart, name: String) throws(CasesError) -> String {
        let declared = (part.contentType ?? "application/octet-stream").prefix { $0 != ";" }.lowercased()
        let type = declared.filter { $0 != " " && $0 != "\t" }
        guard !type.isEmpty, type.utf8.count <= 127 else { throw .fileRefused(name: name, reason: .type("unknown")) }
        return type
    }

    private static func possibleCategories(
        _ asked: FileCategory?, mediaType: String, name: String
    ) throws(CasesError) -> [FileCategory] {
        let candidates = asked.map { [$0] } ?? FileCategory.allCases
        let possible = candidates.filter { $0.accepts(mediaType: mediaType, fileName: name) }
        guard !possible.isEmpty else { throw .fileRefused(name: name, reason: .type(mediaType)) }
        return possible
    }

    /// The content must be what the type says, and an image must be of a size that can be decoded.
    private static func inspect(_ bytes: [UInt8], mediaType: String, name: String) throws(CasesError) {
        let kind = DocumentKind.sniff(firstBytes: bytes)
        guard kind.matches(mediaType: mediaType, fileName: name) else {
            throw .fileRefused(name: name, reason: .content(declared: mediaType))
        }
        guard kind == .png || kind == .jpeg, let geometry = ImageGeometry(firstBytes: bytes) else { return }
        guard geometry.isAcceptable else {
            throw .fileRefused(name: name, reason: .pixels(width: geometry.width, height: geometry.height))
        }
    }
}

/// A part's body from its beginning, after some of it was read to look at it.
private struct ResumedBody: AsyncSequence, Sendable {
    typealias Element = ByteBuffer
    typealias Failure = any Error

    let beginning: ByteBuffer
    let rest: MultipartPart.Body

    struct AsyncIterator: AsyncIteratorProtocol {
        var beginning: ByteBuffer?
        var rest: MultipartPart.Body.AsyncIterator

        mutating func next() async throws -> ByteBuffer? {
            if let first = beginning {
                beginning = nil
                return first
            }
            return try await rest.next()
        }
    }

    func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(beginning: beginning, rest: rest.makeAsyncIterator())
    }
}
