// kafkajs, installed below .run, that can read what librdkafka wrote.
import { createRequire } from 'node:module'

/** `node`: the directory with node_modules. */
export function makeKafka(node) {
    const require = createRequire(node + '/')
    const { Kafka, CompressionCodecs, CompressionTypes, logLevel } = require('kafkajs')
    const lz4 = require('lz4js')
    CompressionCodecs[CompressionTypes.LZ4] = () => ({
        compress: async (encoder) => Buffer.from(lz4.compress(encoder.buffer)),
        decompress: async (bytes) => Buffer.from(lz4.decompress(bytes)),
    })
    return new Kafka({ brokers: process.env.KAFKA_BROKERS.split(','), logLevel: logLevel.ERROR })
}

/** `from`: JSON of partition to offset. */
export function partitionOffsets(from) {
    return Object.entries(JSON.parse(from)).map(([partition, offset]) => ({ partition: Number(partition), offset }))
}
