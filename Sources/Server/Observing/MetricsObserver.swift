internal import Core
internal import Synchronization

/// Counts observations for Prometheus. Labels are bounded: services, route templates, status classes, pools, kinds.
final class MetricsObserver: Observer {
    private struct Key: Hashable {
        let name: String
        let labels: String
    }

    private struct Histogram {
        var buckets = [Int](repeating: 0, count: MetricsObserver.bounds.count + 1)
        var sum = 0.0
        var count = 0

        mutating func add(_ duration: Duration) {
            let seconds = Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
            buckets[MetricsObserver.bounds.firstIndex { seconds <= $0 } ?? MetricsObserver.bounds.count] += 1
            sum += seconds
            count += 1
        }
    }

    /// What requests are counted by. The text of their labels is made when somebody reads them.
    private struct RequestKey: Hashable {
        let service: String
        let method: String
        let route: String
        let status: Int

        var labels: String {
            "service=\"\(service)\",method=\"\(method)\",route=\"\(MetricsObserver.escaped(route))\",status=\"\(status)\""
        }
    }

    private struct ServiceTotals {
        var bytesOut = 0
        var durations = Histogram()
    }

    private struct State {
        var requests: [RequestKey: Int] = [:]
        /// By name.
        var services: [String: ServiceTotals] = [:]
        var counters: [Key: Int] = [:]
        var gauges: [Key: Double] = [:]
        var histograms: [Key: Histogram] = [:]

        /// With the requests among the counters and histograms.
        var withRequests: State {
            var state = self
            for (key, count) in requests {
                state.counters[Key(name: "medmitra_requests_total", labels: key.labels)] = count
            }
            for (service, totals) in services {
                let labels = "service=\"\(service)\""
                state.counters[Key(name: "medmitra_response_bytes_total", labels: labels)] = totals.bytesOut
                state.histograms[Key(name: "medmitra_request_duration_seconds", labels: labels)] = totals.durations
            }
            return state
        }
    }

    /// Upper bounds of the request histogram, seconds.
    private static let bounds: [Double] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]
    private let state = Mutex(State())

    func observe(_ observation: Observation) {
        switch observation {
        case .requestFinished(let summary):
            let key = RequestKey(
                service: summary.service, method: MetricsObserver.method(summary.method), route: summary.route,
                status: summary.status)
            state.withLock { state in
                state.requests[key, default: 0] += 1
                state.services[summary.service, default: ServiceTotals()].bytesOut += summary.bytesOut
                state.services[summary.service, default: ServiceTotals()].durations.add(summary.duration)
            }
        case .requestFailed(_, let service, _): count("medmitra_request_failures_total", "service=\"\(service)\"")
        case .databaseConnected(let pool, let connections):
            count("medmitra_database_connects_total", "pool=\"\(pool)\"")
            gauge("medmitra_database_connections", "pool=\"\(pool)\"", Double(connections))
        case .databaseConnectionLost(let pool, _): count("medmitra_database_losses_total", "pool=\"\(pool)\"")
        case .databaseConnectFailed(let pool, _, _):
            count("medmitra_database_connect_failures_total", "pool=\"\(pool)\"")
        case .databasePoolExhausted(let pool, _): count("medmitra_database_exhausted_total", "pool=\"\(pool)\"")
        case .jobStarted(let kind, _, _): count("medmitra_jobs_started_total", "kind=\"\(kind)\"")
        case .jobFinished(let kind, _, let duration):
            count("medmitra_jobs_finished_total", "kind=\"\(kind)\"")
            measure("medmitra_job_duration_seconds", "kind=\"\(kind)\"", duration)
        case .jobRetrying(let kind, _, _, _): count("medmitra_jobs_retried_total", "kind=\"\(kind)\"")
        case .jobDied(let kind, _, _): count("medmitra_jobs_dead_total", "kind=\"\(kind)\"")
        case .jobLeaseLost(let kind, _): count("medmitra_jobs_lost_total", "kind=\"\(kind)\"")
        case .messageNotSent(let kind, _): count("medmitra_messages_failed_total", "kind=\"\(kind)\"")
        case .clusterDied: count("medmitra_cluster_deaths_total", "")
        case .orphansSwept(let swept): count("medmitra_objects_swept_total", "", by: swept)
        case .certificateReloadFailed: count("medmitra_certificate_reload_failures_total", "")
        case .clientStalled: count("medmitra_clients_stalled_total", "")
        case .databaseFlight, .listening, .certificateReloaded, .listenInterrupted, .migrationApplied,
            .clusterCreating, .clusterStarted, .clusterStopped, .jobsUnreachable, .notice, .warning:
            break
        }
    }

    private func count(_ name: String, _ labels: String, by amount: Int = 1) {
        state.withLock { $0.counters[Key(name: name, labels: labels), default: 0] += amount }
    }

    private func gauge(_ name: String, _ labels: String, _ value: Double) {
        state.withLock { $0.gauges[Key(name: name, labels: labels)] = value }
    }

    private func measure(_ name: String, _ labels: String, _ duration: Duration) {
        state.withLock { $0.histograms[Key(name: name, labels: labels), default: Histogram()].add(duration) }
    }

    /// Prometheus text exposition format 0.0.4.
    var text: String {
        let state = state.withLock { $0 }.withRequests
        var lines: [String] = []
        func write(_ entries: [(Key, String)], type: String) {
            var last = ""
            for (key, value) in entries.sorted(by: { ($0.0.name, $0.0.labels) < ($1.0.name, $1.0.labels) }) {
                if key.name != last {
                    lines.append("# TYPE \(key.name) \(type)")
                    last = key.name
                }
                lines.append(key.labels.isEmpty ? "\(key.name) \(value)" : "\(key.name){\(key.labels)} \(value)")
            }
        }
        write(state.counters.map { ($0, String($1)) }, type: "counter")
        write(state.gauges.map { ($0, String($1)) }, type: "gauge")
        for (key, histogram) in state.histograms.sorted(by: {
            ($0.key.name, $0.key.labels) < ($1.key.name, $1.key.labels)
        }) {
            // One TYPE line a name, whatever its labels.
            if !lines.contains("# TYPE \(key.name) histogram") { lines.append("# TYPE \(key.name) histogram") }
            var cumulative = 0
            for (index, bucket) in histogram.buckets.enumerated() {
                cumulative += bucket
                let bound = index < MetricsObserver.bounds.count ? String(MetricsObserver.bounds[index]) : "+Inf"
                lines.append("\(key.name)_bucket{\(key.labels),le=\"\(bound)\"} \(cumulative)")
            }
            lines.append("\(key.name)_sum{\(key.labels)} \(histogram.sum)")
            lines.append("\(key.name)_count{\(key.labels)} \(histogram.count)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Methods are the client's to choose; a label is not.
    private static func method(_ text: String) -> String {
        ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].contains(text) ? text : "other"
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    }
}

/// Hands every observation to several readers.
struct ObserverGroup: Observer {
    let observers: [any Observer]
    func observe(_ observation: Observation) { for observer in observers { observer.observe(observation) } }
}
