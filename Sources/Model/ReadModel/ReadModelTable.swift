import Events
import Postgres

/// The tables that the fold fills, and their rows in binary: loaded by COPY, and compared byte for byte.
///
/// Every row begins with three columns of fixed width: the entity's id, and the partition and offset of an event.
package enum ReadModelTable: String, CaseIterable, Sendable {
    case users
    case products
    case productEvents = "product_events"
    case commands

    /// In the order of `append`.
    package var columns: String {
        switch self {
        case .users: "id, log_partition, log_offset, name, created_at"
        case .products:
            """
            id, log_partition, log_offset, user_id, version, media_revision, created_at, updated_at, is_deleted,
            product_price, product_name, product_description, product_images, compressed_product_images, images
            """
        case .productEvents:
            "product_id, log_partition, log_offset, version, media_revision, occurred_at, is_change, void_reason"
        case .commands:
            """
            resource_id, log_partition, log_offset, version, media_revision, topic, command_id, event_id, void_reason,
            idempotency_key, request_digest, document
            """
        }
    }
}

extension PostgresCopyRows {
    package mutating func append(_ changed: Batch.ChangedUser) {
        beginRow(columns: 5)
        place(changed.user.id.value, changed.position)
        text(changed.user.name)
        time(milliseconds: changed.user.createdAt.milliseconds)
    }

    package mutating func append(_ changed: Batch.ChangedProduct) {
        let product = changed.product
        beginRow(columns: 15)
        place(product.id.value, changed.position)
        int(product.userID.value)
        int(product.version)
        int(product.mediaRevision)
        time(milliseconds: product.createdAt.milliseconds)
        time(milliseconds: product.updatedAt.milliseconds)
        bool(product.isDeleted)
        numeric(hundredths: product.price.cents)
        text(product.name)
        text(product.description)
        textArray(product.images.map(\.source))
        textArray(product.compressedImages)
        text(utf8: ProductImage.json(product.images))
    }

    package mutating func append(_ event: Batch.ProductEventVerdict) {
        beginRow(columns: 8)
        place(event.product.value, event.position)
        int(event.version)
        int(event.mediaRevision)
        time(milliseconds: event.occurredAt.milliseconds)
        bool(event.isChange)
        text(event.voidReason?.rawValue)
    }

    package mutating func append(_ command: Batch.DecidedCommand) {
        beginRow(columns: 12)
        place(command.resource, command.position)
        int(command.version)
        int(command.mediaRevision)
        text(command.topic.name)
        text(command.id.text)
        text(command.event.text)
        text(command.voidReason?.rawValue)
        text(command.idempotency?.key)
        text(command.idempotency?.request)
        text(utf8: command.document)
    }

    private mutating func place(_ id: Int64, _ position: LogPosition) {
        int(id)
        int32(position.partition)
        int(position.offset)
    }
}
