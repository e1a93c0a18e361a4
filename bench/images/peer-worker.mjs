// What one would write in an afternoon: peer-worker.mjs NODE FROM [mozjpeg]. Reads the same events as the compressor
// (from the offsets FROM on), downloads each image, shrinks it with sharp, puts it into S3 and says so on a topic, as
// many at once as the compressor has. No retries, no limits, no checks of addresses, no process that may crash.
import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { makeKafka, partitionOffsets } from './kafka.mjs'

const [node, from, mozjpeg] = process.argv.slice(2)
const require = createRequire(node + '/')
const { S3Client, PutObjectCommand } = require('@aws-sdk/client-s3')
const sharp = require('sharp')
const { env } = process
const concurrency = 8

// A thread for each picture and several pictures at once: more images a second than several threads for each.
sharp.cache(false)
sharp.concurrency(1)
const s3 = new S3Client({
    endpoint: env.S3_ENDPOINT, region: env.S3_REGION, forcePathStyle: true,
    credentials: { accessKeyId: env.S3_ACCESS_KEY, secretAccessKey: env.S3_SECRET_KEY },
})
const kafka = makeKafka(node)
const producer = kafka.producer({ idempotent: true })
const groupId = `bench-peer-${process.pid}-${Date.now()}`
const topic = 'products.events'

async function compress(url) {
    const answer = await fetch(url)
    if (!answer.ok) throw new Error(`${url}: ${answer.status}`)
    const source = Buffer.from(await answer.arrayBuffer())
    const key = `bench-peer/${createHash('sha256').update(source).digest('hex')}.jpg`
    const { data, info } = await sharp(source).autoOrient()
        .resize({ width: 2048, height: 2048, fit: 'inside', withoutEnlargement: true })
        .jpeg({ quality: 80, progressive: true, mozjpeg: mozjpeg === 'mozjpeg' })
        .toBuffer({ resolveWithObject: true })
    await s3.send(new PutObjectCommand({
        Bucket: env.S3_BUCKET_NAME, Key: key, Body: data, ContentType: 'image/jpeg',
        CacheControl: 'public, max-age=31536000, immutable',
    }))
    return { key, width: info.width, height: info.height, bytes: data.length }
}

let running = 0
const waiting = []
async function limited(work) {
    if (running === concurrency) await new Promise((resolve) => waiting.push(resolve))
    else running += 1
    try {
        await work()
    } finally {
        const next = waiting.shift()
        if (next) next()
        else running -= 1
    }
}

async function handle(message) {
    if (message.headers.ce_type?.toString() !== 'warelog.ProductCreated.v1') return
    const { product_id: product, product_images: images } = JSON.parse(message.value)
    for (const image of images) {
        const result = await compress(image)
        await producer.send({
            topic: 'bench.results', acks: -1,
            messages: [{
                key: message.key, headers: { ce_type: 'bench.Resized' }, value: JSON.stringify({ product, ...result }),
            }],
        })
    }
}

const admin = kafka.admin()
await admin.connect()
await admin.setOffsets({ groupId, topic, partitions: partitionOffsets(from) })
await admin.disconnect()
const consumer = kafka.consumer({ groupId })
await Promise.all([producer.connect(), consumer.connect()])
await consumer.subscribe({ topic })
await consumer.run({
    partitionsConsumedConcurrently: concurrency,
    eachBatchAutoResolve: false,
    eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
        await Promise.all(batch.messages.map((message) => limited(async () => {
            await handle(message)
            await heartbeat()
        })))
        resolveOffset(batch.lastOffset())
    },
})
process.on('SIGTERM', () => process.exit(0))
