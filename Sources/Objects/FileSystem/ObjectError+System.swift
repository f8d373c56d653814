internal import FoundationEssentials
internal import _NIOFileSystem

extension ObjectError {
    /// The error for a failed system call during `operation`. Paths are left out; they would add nothing.
    init(_ error: any Error, during operation: String) {
        switch error {
        case let error as ObjectError: self = error
        case is CancellationError: self = .cancelled
        case let error as FileSystemError:
            if let errno = ObjectError.errno(of: error) {
                self.init(errno, during: operation)
            } else {
                self = .storeFailed(operation: operation, cause: "\(error.code)")
            }
        case let error as Errno: self.init(error, during: operation)
        case let error as CocoaError:
            switch (error.underlying as? POSIXError)?.code {
            case POSIXError.ENOSPC, POSIXError.EDQUOT: self = .outOfSpace
            case let reason?: self = .storeFailed(operation: operation, cause: "\(reason)")
            case nil: self = .storeFailed(operation: operation, cause: "code \(error.code.rawValue)")
            }
        default: self = .storeFailed(operation: operation, cause: "\(type(of: error))")
        }
    }

    private init(_ errno: Errno, during operation: String) {
        switch errno {
        case .noSpace, .diskQuotaExceeded: self = .outOfSpace
        default: self = .storeFailed(operation: operation, cause: errno.description)
        }
    }

    /// The system's reason at the bottom of a chain of file system errors.
    private static func errno(of error: FileSystemError) -> Errno? {
        switch error.cause {
        case let cause as FileSystemError.SystemCallError: cause.errno
        case let cause as FileSystemError: errno(of: cause)
        case let cause as Errno: cause
        default: nil
        }
    }
}
