import Base
import Events
import Telemetry

/// UUIDs of version 7 (RFC 9562 section 5.7). They are ordered by time, so an index over them grows at one end.
enum UUIDv7 {
    static func make() -> String {
        let high = UInt64(WallClock.now().milliseconds) << 16 | 0x7000 | UInt64.random(in: 0...0xFFF)
        let low = UInt64.random(in: 0 ... .max) & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        let digits = Hexadecimal.text(high) + Hexadecimal.text(low)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index == 8 || index == 12 || index == 16 || index == 20 { text.append("-") }
            text.append(digit)
        }
        return text
    }
}
