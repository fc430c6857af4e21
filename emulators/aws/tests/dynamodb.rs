//! The embedded `DynamoDB` and its fault proxy, over plain HTTP.

mod dynamodb {
    mod faults;
    mod harness;
    mod tables;
}
