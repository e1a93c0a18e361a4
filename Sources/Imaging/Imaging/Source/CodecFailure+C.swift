import CImaging

extension CodecFailure {
    init(_ failure: img_failure) {
        let text = withUnsafeBytes(of: failure.text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        let limited = failure.limit != 0 || failure.value != 0
        self.init(
            Kind(failure.status), text,
            limit: limited ? failure.limit : nil,
            value: limited ? failure.value : nil)
    }
}

extension CodecFailure.Kind {
    fileprivate init(_ status: img_status) {
        self =
            switch status {
            case IMG_EMPTY: .empty
            case IMG_NOT_AN_IMAGE: .notAnImage
            case IMG_UNSUPPORTED_FORMAT: .unsupportedFormat
            case IMG_UNSUPPORTED_FEATURE: .unsupportedFeature
            case IMG_TOO_MANY_BYTES: .tooManyBytes
            case IMG_TOO_MANY_PIXELS: .tooManyPixels
            case IMG_SIDE_TOO_LONG: .sideTooLong
            case IMG_TOO_MANY_SCANS: .tooManyScans
            case IMG_TOO_MANY_FRAMES: .tooManyFrames
            case IMG_PROFILE_TOO_LARGE: .profileTooLarge
            case IMG_TRUNCATED: .truncated
            case IMG_CORRUPT: .corrupt
            case IMG_OUT_OF_MEMORY: .outOfMemory
            default: .internal
            }
    }
}

/// Runs a C function that fills an `img_failure` unless it returns `IMG_OK`.
func checked(_ body: (inout img_failure) -> img_status) throws(CodecFailure) {
    var failure = img_failure()
    if body(&failure) != IMG_OK { throw CodecFailure(failure) }
}
