import HTTPClient
import HTTPMessages
import Testing

@testable import Compressor
@testable import S3

@Suite(.timeLimit(.minutes(20)))
struct FetchFailureTests {
    @Test(arguments: [
        (S3Error(.notFound, status: HTTPStatus(404), code: "NoSuchKey"), "not-found"),
        (S3Error(.transfer(.bodyTooLarge(limit: 1))), "too-many-bytes"),
        // These failures are temporary, or have nothing to do with the image.
        (S3Error(.notFound, status: HTTPStatus(404), code: "NoSuchBucket"), nil),
        (S3Error(.transfer(.connectRefused)), nil),
        (S3Error(.refused, status: HTTPStatus(503), code: "SlowDown"), nil),
        (S3Error(.denied, status: HTTPStatus(403)), nil),
    ])
    func anUploadFailsOnlyByItsOwnFault(_ row: (error: S3Error, reason: String?)) {
        let failure = FetchFailure(upload: row.error)
        #expect(failure?.reason == row.reason)
        #expect(failure?.isRetriable != true)
    }
}
