// sharp in process, on one thread, progressive: see ImageBench/main.swift for what is said on its descriptors.
import fs from 'node:fs'
import { createRequire } from 'node:module'

// Installed below .run, not beside this file.
const require = createRequire(process.argv[2] + '/')
const sharp = require('sharp')
sharp.cache(false)
sharp.concurrency(1)

function read(count) {
    const bytes = Buffer.allocUnsafe(count)
    let got = 0
    while (got < count) {
        const n = fs.readSync(0, bytes, got, count - got, null)
        if (n === 0) return null
        got += n
    }
    return bytes
}

function write(bytes) {
    for (let at = 0; at < bytes.length;) at += fs.writeSync(1, bytes, at)
}

function answer(fields, payload = Buffer.alloc(0)) {
    write(Buffer.concat([Buffer.from(JSON.stringify(fields) + '\n'), payload]))
}

function statusBytes(name) {
    const line = fs.readFileSync('/proc/self/status', 'utf8').split('\n').find((line) => line.startsWith(name))
    return Number(line.match(/\d+/)[0]) * 1024
}

function beginMemory() {
    // proc(5): writing 5 sets the peak to what is resident now.
    fs.writeFileSync('/proc/self/clear_refs', '5')
    return statusBytes('VmRSS:')
}

async function jpeg(source, quality, side, mozjpeg) {
    return sharp(source).autoOrient()
        .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
        .jpeg({ quality, progressive: true, mozjpeg })
        .toBuffer({ resolveWithObject: true })
}

answer({ encoder: 'sharp', version: sharp.versions.sharp })
for (let header; (header = read(64));) {
    const [operation, quality, side, count] = header.toString().trim().split(/ +/)
    const source = read(Number(count))
    const resident = beginMemory()
    const begun = process.cpuUsage()
    try {
        const { data, info } = await jpeg(source, Number(quality), Number(side), operation === 'mozjpeg')
        const taken = process.cpuUsage(begun)
        answer({
            cpu: (taken.user + taken.system) / 1e6, memory: Math.max(0, statusBytes('VmHWM:') - resident),
            width: info.width, height: info.height, format: info.format, count: data.length,
        }, data)
    } catch (error) {
        answer({ error: String(error.message) })
    }
}
