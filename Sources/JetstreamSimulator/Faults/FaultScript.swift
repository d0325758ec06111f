import Foundation

/// A list of faults in a file: JSON, each with a moment and its parameters.
enum FaultScript {
    private static let keys: Set = [
        "fault", "atSecond", "connection", "afterEvents", "seconds", "code", "name", "kind", "status", "message",
        "retryAfterSeconds", "count", "bytesPerSecond", "events",
    ]

    private struct Entry: Decodable {
        let fault: String
        let atSecond: Double?
        let connection: Int?
        let afterEvents: Int?
        let seconds: Double?
        let code: UInt16?
        let name: String?
        let kind: String?
        let status: Int?
        let message: String?
        let retryAfterSeconds: Int?
        let count: Int?
        let bytesPerSecond: Int?
        let events: Int?
    }

    private struct Problem: Error {
        let reason: String
    }

    /// Reads a script.
    ///
    /// - Throws: `SimulatorError.file`, with what is wrong with which fault.
    static func load(_ path: String) throws -> [ScheduledFault] {
        do {
            return try read(Data(contentsOf: URL(fileURLWithPath: path)))
        } catch let problem as Problem {
            throw SimulatorError.file(path: path, reason: problem.reason)
        } catch let error as DecodingError {
            throw SimulatorError.file(path: path, reason: "no list of faults: \(error)")
        } catch {
            throw SimulatorError.file(path: path, reason: "cannot be read: \(error.localizedDescription)")
        }
    }

    static func read(_ json: Data) throws -> [ScheduledFault] {
        guard let objects = try JSONSerialization.jsonObject(with: json) as? [[String: Any]] else {
            throw Problem(reason: "not a list of objects")
        }
        for (index, object) in objects.enumerated() {
            if let key = object.keys.sorted().first(where: { !keys.contains($0) }) {
                throw Problem(reason: "fault \(index): unknown key \"\(key)\"")
            }
        }
        return try JSONDecoder().decode([Entry].self, from: json).enumerated().map { index, entry in
            do {
                return ScheduledFault(try trigger(of: entry), try fault(of: entry), seconds: entry.seconds)
            } catch let problem as Problem {
                throw Problem(reason: "fault \(index) (\(entry.fault)): \(problem.reason)")
            }
        }
    }

    private static func trigger(of entry: Entry) throws -> ScheduledFault.Trigger {
        if let second = entry.atSecond {
            guard entry.connection == nil, entry.afterEvents == nil, second >= 0 else {
                throw Problem(reason: "atSecond stands alone, and is not negative")
            }
            return .second(second)
        }
        // Refusals count requests, and begin with the server.
        guard entry.fault != "refuse" else { return .second(0) }
        guard entry.connection != nil || entry.afterEvents != nil else {
            throw Problem(reason: "when? give atSecond, or connection and afterEvents")
        }
        guard entry.connection ?? 1 >= 1, entry.afterEvents ?? 0 >= 0 else {
            throw Problem(reason: "connections count from 1, events from 0")
        }
        return .connection(entry.connection, afterEvents: entry.afterEvents ?? 0)
    }

    private static func fault(of entry: Entry) throws -> Fault {
        switch entry.fault {
        case "cut": .cut
        case "cut-mid-frame": .cutMidFrame
        case "reset": .reset
        case "close": .close(code: entry.code ?? 1_001)
        case "error": .error(name: entry.name ?? "InternalError")
        case "blind": .modes(.blind())
        case "silent": .modes(.silent())
        case "half-open": .modes(.halfOpen())
        case "slow": .modes(.slow(bytesPerSecond: max(1, entry.bytesPerSecond ?? 1_000)))
        case "refuse": .refuse(try refusal(of: entry))
        case "malformed": .malformed(try value(entry.kind ?? "garbage", InjectedMessage.Kind.init(rawValue:)))
        case "account": .account(try value(entry.kind ?? "deactivated", AccountStatus.init(rawValue:)))
        case "sync": .sync
        case "new-dictionary": .newDictionary
        case "instance-reset": .instanceReset
        case "look-back": .lookBack(.events(max(0, entry.events ?? 0)))
        default: throw Problem(reason: "there is no such fault")
        }
    }

    private static func refusal(of entry: Entry) throws -> RefusalPlan {
        let answer = RefusalAnswer(
            status: entry.status ?? 503,
            message: entry.message,
            retryAfterSeconds: entry.retryAfterSeconds
        )
        guard (400...599).contains(answer.status), entry.count ?? 1 >= 1 else {
            throw Problem(reason: "status lies between 400 and 599, count is at least 1")
        }
        guard entry.atSecond == nil else { return RefusalPlan(answer, count: entry.count) }
        let first = entry.connection ?? 1
        guard first >= 1 else { throw Problem(reason: "requests count from 1") }
        return RefusalPlan(answer, attempts: first...(first + (entry.count ?? 1) - 1))
    }

    private static func value<Value>(_ text: String, _ read: (String) -> Value?) throws -> Value {
        guard let value = read(text) else { throw Problem(reason: "there is no \"\(text)\"") }
        return value
    }
}
