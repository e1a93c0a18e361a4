package import JSON

/// An image that failed for good, with everything that an operator needs to judge it and to request it again. It is not
/// a fact of the log; it reports one.
package struct DeadLetter: Sendable, Equatable {
    /// The id of the event on the log that reports the failure, so that the same failure is the same letter.
    package let id: EventID
    package let productID: ProductID
    package let imageID: ImageID
    package let source: String
    package let failure: ImageFailure
    /// The position of the event that asked for the image.
    package let asked: LogPosition
    package let time: Timestamp

    /// The CloudEvents type on the wire.
    package static let type = "warelog.ImageDeadLetter.v1"

    package init(
        id: EventID, productID: ProductID, imageID: ImageID, source: String, failure: ImageFailure,
        asked: LogPosition, time: Timestamp
    ) {
        self.id = id
        self.productID = productID
        self.imageID = imageID
        self.source = source
        self.failure = failure
        self.asked = asked
        self.time = time
    }
}

extension DeadLetter {
    /// The letter as JSON, as `schema/dead-letters` describes it.
    package var data: [UInt8] { JSONWriter.object { writeMembers(to: &$0) } }

    package func writeMembers(to json: inout JSONWriter) {
        json.member("id", id.text)
        json.member("product_id", productID.value)
        json.member("image_id", imageID.text)
        json.member("source", source)
        failure.writeMembers(to: &json)
        json.member("log_partition", asked.partition)
        json.member("log_offset", asked.offset)
        json.member("time", time.description)
    }

    package init(data bytes: [UInt8]) throws(EventFault) {
        let data = try EventData(bytes)
        guard let time = Timestamp(try data.string("time")) else { throw data.fault("time", "is not a time in UTC") }
        guard let partition = Int32(exactly: try data.count("log_partition")) else {
            throw data.fault("log_partition", "is not a partition")
        }
        self.init(
            id: EventID(try data.string("id")), productID: try data.identifier("product_id"),
            imageID: ImageID(try data.string("image_id")), source: try data.string("source"),
            failure: try ImageFailure(data),
            asked: LogPosition(partition: partition, offset: Int64(try data.count("log_offset"))), time: time)
    }
}
