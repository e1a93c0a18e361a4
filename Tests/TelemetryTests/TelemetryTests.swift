import Events
import JSON
import Synchronization
import Telemetry
import Testing

@Suite(.timeLimit(.minutes(20)))
struct TelemetryTests {
    private final class Lines: Sendable {
        let all = Mutex<[[UInt8]]>([])
    }

    @Test func aLineIsOneJSONObjectWithItsFields() throws {
        let lines = Lines()
        let log = Log(service: "test", minimum: .info, now: { Timestamp(milliseconds: 0) }) { line in
            lines.all.withLock { $0.append(line) }
        }
        log.debug("not wanted")
        log.warning(
            "some\"thing", ["text": "a\nb", "count": 3, "duration_ms": Duration.microseconds(1500), "none": Int?.none])
        let all = lines.all.withLock { $0 }
        #expect(all.count == 1)
        #expect(
            String(decoding: all[0], as: UTF8.self)
                == #"{"time":"1970-01-01T00:00:00.000Z","level":"warning","service":"test","message":"some\"thing","#
                + #""text":"a\nb","count":3,"duration_ms":1.500,"none":null}"# + "\n")
    }

    @Test func metricsAreInPrometheusTextFormat() {
        let metrics = Metrics()
        let good = metrics.counter("requests_total", "Requests.", ["status": "2xx"])
        _ = metrics.counter("requests_total", "Requests.", ["status": "5xx"])
        good.increment(by: 2)
        metrics.gauge("depth", "Depth.").set(-3)
        let histogram = metrics.histogram("seconds", "Seconds.")
        histogram.record(.milliseconds(3))
        histogram.record(.seconds(100))
        let text = metrics.text
        #expect(
            text.hasPrefix(
                """
                # HELP requests_total Requests.
                # TYPE requests_total counter
                requests_total{status="2xx"} 2
                requests_total{status="5xx"} 0
                # HELP depth Depth.
                # TYPE depth gauge
                depth -3

                """))
        #expect(text.contains("seconds_bucket{le=\"0.0025\"} 0\nseconds_bucket{le=\"0.005\"} 1\n"))
        #expect(text.contains("seconds_bucket{le=\"+Inf\"} 2\nseconds_sum 100.003\nseconds_count 2\n"))
    }
}
