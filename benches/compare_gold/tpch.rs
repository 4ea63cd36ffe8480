//! TPC-H data as rows of text.

use bytes::Bytes;
use futures_util::SinkExt;
use std::pin::pin;
use tokio_postgres::Client;
use tpchgen::generators::{CustomerGenerator, LineItemGenerator, OrderGenerator, PartGenerator};

/// The rows of a silver table.
pub fn rows(table: &str, scale: f64) -> Box<dyn Iterator<Item = String>> {
    match table {
        "lines" => Box::new(lines(scale)),
        "customers" => Box::new(CustomerGenerator::new(scale, 1, 1).iter().map(|c| {
            format!(
                "{}\t{}\t{}\t{}\n",
                c.c_custkey, c.c_name, c.c_nationkey, c.c_mktsegment
            )
        })),
        _ => Box::new(
            PartGenerator::new(scale, 1, 1)
                .iter()
                .map(|p| format!("{}\t{}\t{}\n", p.p_partkey, p.p_brand, p.p_type)),
        ),
    }
}

/// Lines with the customer and the day of their order; both come in the order of orders.
fn lines(scale: f64) -> impl Iterator<Item = String> {
    let mut orders = OrderGenerator::new(scale, 1, 1).iter();
    let mut order = orders.next().expect("an order");
    LineItemGenerator::new(scale, 1, 1).iter().map(move |line| {
        while order.o_orderkey != line.l_orderkey {
            order = orders.next().expect("the order of a line");
        }
        format!(
            "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n",
            line.l_orderkey,
            line.l_linenumber,
            order.o_custkey,
            line.l_partkey,
            order.o_orderdate,
            line.l_shipmode,
            line.l_quantity,
            line.l_extendedprice,
            line.l_discount
        )
    })
}

/// Streams them into `public.<table>`.
pub async fn copy(client: &Client, table: &str, rows: impl Iterator<Item = String>) {
    let statement = format!("COPY public.{table} FROM STDIN");
    let sink = client.copy_in::<_, Bytes>(&statement).await.unwrap();
    let mut sink = pin!(sink);
    let mut chunk = String::new();
    for row in rows {
        chunk.push_str(&row);
        if chunk.len() > 256 << 10 {
            sink.send(Bytes::from(std::mem::take(&mut chunk)))
                .await
                .unwrap();
        }
    }
    sink.send(Bytes::from(chunk)).await.unwrap();
    sink.finish().await.unwrap();
}
