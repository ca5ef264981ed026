//! Parquet as other programs write it.

use ::parquet::basic::{Compression, LogicalType};
use ::parquet::data_type::{DoubleType, FixedLenByteArray, FixedLenByteArrayType};
use ::parquet::file::properties::WriterProperties;

use super::*;

/// Writes three rows of `user` (a UUID), `item` (a float, the last one missing) and `time` (a text), packed with brotli.
fn written(items: [f64; 2]) -> Vec<u8> {
    let uuid = Type::primitive_type_builder("user", Physical::FIXED_LEN_BYTE_ARRAY)
        .with_length(16)
        .with_logical_type(Some(LogicalType::Uuid))
        .with_repetition(Repetition::REQUIRED);
    let item = Type::primitive_type_builder("item", Physical::DOUBLE)
        .with_repetition(Repetition::REQUIRED);
    let time = Type::primitive_type_builder("time", Physical::BYTE_ARRAY)
        .with_repetition(Repetition::REQUIRED)
        .with_converted_type(ConvertedType::UTF8);
    let fields = [uuid, item, time].map(|field| Arc::new(field.build().expect("a column")));
    let schema = Type::group_type_builder("schema")
        .with_fields(fields.to_vec())
        .build();
    let properties = WriterProperties::builder()
        .set_compression(Compression::BROTLI(Default::default()))
        .build();
    let mut bytes = Vec::new();
    let mut writer = SerializedFileWriter::new(
        &mut bytes,
        Arc::new(schema.expect("a schema")),
        Arc::new(properties),
    )
    .expect("a writer");
    let mut group = writer.next_row_group().expect("a row group");
    let users: Vec<FixedLenByteArray> = [7, 7, 9].map(|byte| vec![byte; 16].into()).to_vec();
    let times = ["2024-03-01T08:05:00Z"; 3].map(ByteArray::from);
    let mut out = group.next_column().expect("a column").expect("a column");
    out.typed::<FixedLenByteArrayType>()
        .write_batch(&users, None, None)
        .expect("values are written");
    out.close().expect("a column ends");
    let mut out = group.next_column().expect("a column").expect("a column");
    let items = [items[0], items[1], f64::NAN];
    out.typed::<DoubleType>()
        .write_batch(&items, None, None)
        .expect("values are written");
    out.close().expect("a column ends");
    let mut out = group.next_column().expect("a column").expect("a column");
    out.typed::<ByteArrayType>()
        .write_batch(&times, None, None)
        .expect("values are written");
    out.close().expect("a column ends");
    group.close().expect("a row group ends");
    writer.close().expect("a file ends");
    bytes
}

#[test]
fn uuids_floats_and_brotli_are_read_and_nan_is_no_item() {
    let folder = Folder::new();
    let (read, refusals) = read_events(&[folder.write("events.parquet", written([100.0, 101.0]))]);
    assert_eq!(told(&read), ["0: 100 101"]);
    assert_eq!((refusals.count(Reason::NoItem), refusals.rows()), (1, 1));
}

#[test]
fn ids_that_lost_digits_as_floats_are_refused() {
    let folder = Folder::new();
    let path = folder.write(
        "events.parquet",
        written([7.209_364_871_234_567e18, 7.209_364_871_234_568e18]),
    );
    let error = Reader::default()
        .events(&[path])
        .expect_err("it is refused")
        .to_string();
    assert!(
        error.contains("column `item`")
            && error.contains("lost digits")
            && error.contains("as text"),
        "{error}"
    );
}
