import ArgumentParser
import Store

// The names that these types have in the database are those that users type.

extension ActivityStatus: ExpressibleByArgument {}

extension ErrorClass: ExpressibleByArgument {}

extension ActivityBucketRange: ExpressibleByArgument {}

extension ActivityCursor: ExpressibleByArgument {}
