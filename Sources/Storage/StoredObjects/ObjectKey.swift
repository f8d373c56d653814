/// The rule for keys of new objects (storage contract, section 5). Keys that are only looked up need none.
enum ObjectKey {
    private static let punctuation = Set("_/!-.*'() &$=@;:+,?".utf8)

    static func isValid(_ key: String) -> Bool {
        (1...StorageLimits.objectKeyBytesMax).contains(key.utf8.count)
            && key.utf8.allSatisfy { $0.isASCIIAlphanumeric || punctuation.contains($0) }
            // The store does not care, but the file systems and URLs that clients copy keys to do.
            && !key.split(separator: "/").contains("..")
    }

    /// Throws `.invalidKey`.
    static func validated(_ key: String) throws(StorageError) -> String {
        guard isValid(key) else { throw .invalidKey(String(key.prefix(StorageLimits.objectKeyBytesMax))) }
        return key
    }

    /// A key that marks an empty folder: it has no bytes, and any media type.
    static func isFolderMark(_ key: String) -> Bool { key.hasSuffix(".emptyFolderPlaceholder") }
}
