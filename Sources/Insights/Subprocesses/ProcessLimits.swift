internal import Core

/// What one run of an external program may cost.
struct ProcessLimits: Sendable {
    /// Wall-clock time until the whole process group is killed.
    var time: Duration
    /// Processor time, enforced by the kernel (RLIMIT_CPU).
    var cpuSeconds: Int
    /// Address space (RLIMIT_AS).
    var memory: ByteCount
    /// Bytes on standard output until the run is stopped.
    var output: ByteCount = Limits.programOutputMax
    /// Largest file written (RLIMIT_FSIZE).
    var file: ByteCount = Limits.programFileMax

    init(time: Duration, memory: ByteCount) {
        self.time = time
        self.cpuSeconds = max(1, Int(time.components.seconds))
        self.memory = memory
    }
}
