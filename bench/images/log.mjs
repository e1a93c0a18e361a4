// What the bench wants to know of the log:
//
//   log.mjs NODE offsets TOPIC            its end, a JSON object of partition to offset; the topic is made if it is new
//   log.mjs NODE watch TOPIC COUNT FROM   `ready`, and then a line for each image that is answered after FROM (as
//                                         printed by `offsets`): its record's time stamp in milliseconds and
//                                         `compressed` or `failed`, until there are COUNT
import { makeKafka, partitionOffsets } from './kafka.mjs'

const [node, command, topic, count, from] = process.argv.slice(2)
const kafka = makeKafka(node)
const admin = kafka.admin()
await admin.connect()

async function offsets() {
    const numPartitions = Number(process.env.KAFKA_PARTITIONS)
    if (!(await admin.listTopics()).includes(topic)) {
        await admin.createTopics({ topics: [{ topic, numPartitions }], waitForLeaders: true })
    }
    const ends = await admin.fetchTopicOffsets(topic)
    console.log(JSON.stringify(Object.fromEntries(ends.map(({ partition, offset }) => [partition, offset]))))
}

const outcomes = {
    'warelog.ImagesCompressed.v1': 'compressed',
    'warelog.ImageCompressionFailed.v1': 'failed',
    'bench.Resized': 'compressed',
}

async function watch() {
    const groupId = `bench-watch-${process.pid}-${Date.now()}`
    await admin.setOffsets({ groupId, topic, partitions: partitionOffsets(from) })
    const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100 })
    consumer.on(consumer.events.GROUP_JOIN, () => console.log('ready'))
    await consumer.connect()
    await consumer.subscribe({ topic })
    let left = Number(count)
    await new Promise((resolve) => consumer.run({
        autoCommit: false,
        eachMessage: async ({ message }) => {
            const outcome = outcomes[message.headers.ce_type?.toString()]
            if (!outcome || left === 0) return
            console.log(`${message.timestamp} ${outcome}`)
            if (--left === 0) resolve()
        },
    }))
    await consumer.disconnect()
    await admin.deleteGroups([groupId])
}

await (command === 'offsets' ? offsets() : watch())
await admin.disconnect()
