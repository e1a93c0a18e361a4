import EventLog
import EventLoop
import Events
import Kafka
import Testing

@Suite(.timeLimit(.minutes(20)))
struct LogReaderTests {
    /// Requests that wait behind one without an answer fail together with it, and do not wait as long again.
    @Test func everybodyIsToldThatTheLogIsAway() throws {
        let loop = try EventLoop()
        let answers = try loop.run {
            let configuration = KafkaConfiguration(brokers: "127.0.0.1:1", clientID: "test")
            let reader = LogReader(configuration, loop: loop, deadline: .milliseconds(50))
            return await withTaskGroup(of: LogReader.Failure?.self) { group in
                let waiting = 200
                for _ in 0..<waiting {
                    group.addTask(executorPreference: loop) {
                        do {
                            _ = try await reader.events(of: try #require(ProductID(1)), partition: 0, at: [0])
                            return nil
                        } catch {
                            return error as? LogReader.Failure
                        }
                    }
                }
                group.addTask(executorPreference: loop) {
                    do { try await reader.run() } catch { Issue.record(error) }
                    return nil
                }
                var answers: [LogReader.Failure?] = []
                for await answer in group {
                    answers.append(answer)
                    if answers.count == waiting { reader.stop() }
                }
                return answers
            }
        }
        #expect(answers.filter { $0 == .away }.count == 200 && answers.count == 201)
    }
}
