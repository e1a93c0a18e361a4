// photo-server.mjs PORT DIRECTORY: serves its JPEGs under any path, each path's with a comment of its own, so that no
// two addresses have the same bytes. On 127.0.0.1 and 127.0.0.2: two hosts to whoever is polite to hosts.
import fs from 'node:fs'
import http from 'node:http'
import path from 'node:path'

const [port, directory] = process.argv.slice(2)
const photos = fs.readdirSync(directory).sort().map((name) => fs.readFileSync(path.join(directory, name)))

function withComment(photo, text) {
    const size = Buffer.alloc(2)
    size.writeUInt16BE(text.length + 2)
    return Buffer.concat([photo.subarray(0, 2), Buffer.from([0xff, 0xfe]), size, Buffer.from(text), photo.subarray(2)])
}

function serve(request, response) {
    const number = Number(request.url.match(/(\d+)\.jpg$/)?.[1] ?? 0)
    const body = withComment(photos[number % photos.length], request.url)
    response.writeHead(200, { 'Content-Type': 'image/jpeg', 'Content-Length': body.length }).end(body)
}

for (const host of ['127.0.0.1', '127.0.0.2']) http.createServer(serve).listen(Number(port), host)
