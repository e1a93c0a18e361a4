import Events
import HTTPClient

extension ImageURL {
    /// Reads an address as the compressor does when it downloads the image.
    static func parse(_ text: String) throws(Fault) -> String {
        let url: HTTPURL
        do {
            url = try HTTPURL(text)
        } catch {
            throw Fault(
                error == .unsupportedScheme
                    ? "must be an http or https URL" : "must be an absolute URL with a valid host and port")
        }
        guard !url.hasUserinfo else { throw Fault("must not carry credentials") }
        return url.serialised
    }
}
