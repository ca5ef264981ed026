//! Tables of known layouts are read as they are.

use super::*;

/// What a file of events is read as, and the layout that it was recognised as.
fn read(name: &str, text: &str) -> (Vec<String>, Option<&'static str>) {
    let folder = Folder::new();
    let mut reader = Reader::default();
    let read = reader.events(&[folder.write(name, text)]);
    let read = read.unwrap_or_else(|error| panic!("{name} is refused: {error}"));
    let about = &reader.understood[0];
    assert_eq!(about.unaccounted(), 0, "{name}");
    (told(&read), about.layout)
}

#[test]
fn tables_of_data_sets_are_recognised() {
    for (layout, name, text, sessions) in [
        (
            "retailrocket",
            "events.csv",
            "timestamp,visitorid,event,itemid,transactionid\n1709280300000,0,view,0,\n1709280900000,0,addtocart,1,\n1709280900001,0,transaction,1,9\n",
            &["0: 0 1+ 1!"][..],
        ),
        (
            "rees46",
            "2019-Oct.csv",
            "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session\n2024-03-01 08:05:00 UTC,view,1000,2,a.b,acme,10.50,500,s\n2024-03-01 09:05:00 UTC,purchase,1001,2,a.b,acme,10.50,500,s\n",
            &["0: 1000 1001!"],
        ),
        (
            "yoochoose",
            "yoochoose-clicks.dat",
            "1,2014-04-07T10:51:09.277Z,214536502,0\n1,2014-04-07T10:54:09.868Z,214536500,S\n",
            &["0: 214536502 214536500"],
        ),
        (
            "yoochoose-buys",
            "yoochoose-buys.dat",
            "420374,2014-04-06T18:44:58.314Z,214537888,12462,1\n",
            &["0: 214537888!"],
        ),
        (
            "h&m",
            "transactions_train.csv",
            "t_dat,customer_id,article_id,price,sales_channel_id\n2024-03-01,c0,0663713000,0.0508,2\n",
            &["0: 0663713000!"],
        ),
        (
            "instacart",
            "order_products.csv",
            "order_id,product_id,add_to_cart_order,reordered\n1,49302,1,1\n1,11109,2,1\n2,49302,1,0\n",
            &["0: 49302! 11109!", "1: 49302!"],
        ),
        (
            "taobao",
            "UserBehavior.csv",
            "1,2268318,2520377,pv,1511544070\n1,2333346,2520771,buy,1511561733\n",
            &["0: 2268318", "0: 2333346!"],
        ),
        (
            "amazon-reviews",
            "reviews.jsonl",
            "{\"rating\": 5.0, \"title\": \"x\", \"text\": \"y\", \"asin\": \"B0\", \"parent_asin\": \"P0\", \"user_id\": \"U0\", \"timestamp\": 1709280300000}\n",
            &["0: P0"],
        ),
        (
            "movielens",
            "ratings.csv",
            "userId,movieId,rating,timestamp\n1,31,2.5,1260759144\n",
            &["0: 31"],
        ),
        (
            "movielens",
            "ratings.dat",
            "1::1193::5::978300760\n1::661::3::978302109\n",
            &["0: 1193 661"],
        ),
        (
            "otto",
            "otto.jsonl",
            "{\"session\": 0, \"events\": [{\"aid\": 5, \"ts\": 1661724000000, \"type\": \"clicks\"}, {\"aid\": 6, \"ts\": 1661724060000, \"type\": \"carts\"}, {\"aid\": 7, \"ts\": 1661724120000, \"type\": \"orders\"}]}\n",
            &["0: 5 6+ 7!"],
        ),
        (
            "otto-flat",
            "otto.csv",
            "session,aid,ts,type\n0,5,1661724000000,clicks\n0,6,1661724060000,orders\n",
            &["0: 5 6!"],
        ),
        (
            "tafeng",
            "ta_feng.csv",
            "TRANSACTION_DT,CUSTOMER_ID,AGE_GROUP,PIN_CODE,PRODUCT_SUBCLASS,PRODUCT_ID,AMOUNT,ASSET,SALES_PRICE\n11/1/2000,01104905,45-49,115,110411,4710199010372,2,24,30\n11/13/2000,01104905,45-49,115,110411,4710199010373,2,24,30\n",
            &["0: 4710199010372!", "0: 4710199010373!"],
        ),
        (
            "dunnhumby",
            "transaction_data.csv",
            "household_key,BASKET_ID,DAY,PRODUCT_ID,QUANTITY,SALES_VALUE,STORE_ID,RETAIL_DISC,TRANS_TIME,WEEK_NO,COUPON_DISC,COUPON_MATCH_DISC\n2375,26984851472,1,1004906,1,1.39,364,-0.6,1631,1,0,0\n2375,26984851472,1,1033142,1,0.82,364,0,1631,1,0,0\n2375,26984851999,1,1033143,1,0.82,364,0,1931,1,0,0\n",
            &["0: 1004906! 1033142!", "0: 1033143!"],
        ),
        (
            "online-retail",
            "online_retail.csv",
            "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\nC1,85120A,\"LAMP, WHITE\",-1,03/13/2024 08:05,2.55,17850.0,UK\n2,85121A,\"LAMP, WHITE\",1,03/13/2024 08:15,2.55,17850.0,UK\n",
            &["0: 85121A!"],
        ),
        (
            "tianchi",
            "tianchi.csv",
            "user_id,item_id,behavior_type,user_geohash,item_category,time\n0,0,1,,4076,2024-03-01 08\n0,1,3,,4076,2024-03-01 08\n0,2,4,,4076,2024-03-01 08\n0,2,2,,4076,2024-03-01 08\n",
            &["0: 0 1+ 2!"],
        ),
        (
            "tmall",
            "user_log.csv",
            "user_id,item_id,cat_id,seller_id,brand_id,time_stamp,action_type\n1,2,3,4,5,829,0\n1,3,3,4,5,829,2\n",
            &["0: 2 3!"],
        ),
    ] {
        let (told, found) = read(name, text);
        assert_eq!(told, sessions, "{layout}");
        assert_eq!(found, Some(layout));
    }
}

#[test]
fn exports_of_analytics_are_recognised() {
    for (layout, name, text, sessions) in [
        (
            Some("ga4-bigquery"),
            "ga4.jsonl",
            concat!(
                r#"{"event_date": "20240301", "event_timestamp": "1709280300000000", "event_name": "view_item", "event_params": [{"key": "ga_session_id", "value": {"int_value": "1"}}], "user_pseudo_id": "0.17", "items": [{"item_id": "p0", "item_name": "Thing"}]}"#,
                "\n",
                r#"{"event_date": "20240301", "event_timestamp": "1709290900000000", "event_name": "purchase", "event_params": [{"key": "ga_session_id", "value": {"int_value": "1"}}], "user_pseudo_id": "0.17", "items": [{"item_id": "p0"}, {"item_id": "p1"}]}"#,
                "\n",
                r#"{"event_date": "20240301", "event_timestamp": "1709290900000001", "event_name": "scroll", "event_params": [], "user_pseudo_id": "0.17", "items": []}"#,
                "\n",
            ),
            &["0: p0 p0! p1!"][..],
        ),
        (
            Some("google-retail"),
            "retail.jsonl",
            concat!(
                r#"{"eventType": "detail-page-view", "visitorId": "v0", "eventTime": "2024-03-01T08:05:00Z", "productDetails": [{"product": {"id": "p0"}, "quantity": 1}]}"#,
                "\n",
                r#"{"eventType": "purchase-complete", "visitorId": "v0", "eventTime": "2024-03-01T08:06:00Z", "productDetails": [{"product": {"id": "p1"}, "quantity": 1}]}"#,
                "\n",
            ),
            &["0: p0 p1!"],
        ),
        (
            Some("segment-orders"),
            "order_completed.csv",
            "id,received_at,anonymous_id,user_id,event,event_text,order_id,products,timestamp\nm0,2024-03-20 10:00:01+00,a0,,order_completed,Order Completed,o0,\"[{\"\"product_id\"\":\"\"p1\"\",\"\"quantity\"\":1},{\"\"product_id\"\":\"\"p2\"\"}]\",2024-03-20 10:00:00+00\nm0,2024-03-20 10:00:01+00,a0,,order_completed,Order Completed,o0,\"[{\"\"product_id\"\":\"\"p1\"\"}]\",2024-03-20 10:00:00+00\n",
            &["0: p1! p2!"],
        ),
        (
            Some("segment"),
            "product_viewed.csv",
            "id,received_at,anonymous_id,user_id,event,event_text,product_id,timestamp\nm0,2024-03-01 08:05:00+00,a0,,product_viewed,Product Viewed,p0,2024-03-01 08:05:00.123+00\n",
            &["0: p0"],
        ),
        (
            Some("rudderstack"),
            "tracks.csv",
            "id,anonymous_id,event,product_id,original_timestamp,received_at\n1,a,product_added,p0,2024-03-01 08:05:00,2024-03-01 08:05:01\n",
            &["0: p0+"],
        ),
        (
            Some("posthog"),
            "posthog.csv",
            "uuid,event,properties,distinct_id,timestamp\n1,Product Viewed,\"{\"\"product_id\"\":\"\"p0\"\"}\",a,2024-03-01T08:05:00Z\n",
            &["0: p0"],
        ),
        (
            None,
            "posthog.jsonl",
            "{\"uuid\": \"0\", \"event\": \"Product Viewed\", \"distinct_id\": \"a0\", \"timestamp\": \"2024-03-01T08:05:00Z\", \"properties\": {\"product_id\": \"p0\"}}\n",
            &["0: p0"],
        ),
        (
            None,
            "v1.jsonl",
            "{\"type\": \"track\", \"event\": \"Viewed Product\", \"anonymousId\": \"a0\", \"messageId\": \"0\", \"timestamp\": \"2024-03-01T08:05:00Z\", \"properties\": {\"product_id\": \"p0\"}}\n",
            &["0: p0"],
        ),
        (
            None,
            "行为.csv",
            "用户ID,商品ID,行为类型,时间\n0,0,浏览,2024-03-01 08:05:00\n0,1,购买,2024-03-01 08:15:00\n",
            &["0: 0 1!"],
        ),
        (
            None,
            "orders.csv",
            "order_id,product_ids,date\no0,\"p0,p1\",2024-03-01\no1,\"p1,p2\",2024-03-01\n",
            &["0: p0! p1!", "1: p1! p2!"],
        ),
    ] {
        let (told, found) = read(name, text);
        assert_eq!(told, sessions, "{name}");
        assert_eq!(found, layout, "{name}");
    }
}

#[test]
fn any_table_is_read_when_its_columns_are_named() {
    let folder = Folder::new();
    let path = folder.write(
        "log.csv",
        "kunde,artikel,wann,aktion,item\n1,a,2024-03-01 08:00,kauf,x\n",
    );
    let map = ["user=kunde", "item=artikel", "time=wann"]
        .map(|text| Mapping::parse(text).expect("a mapping"));
    let mut reader = Reader::with(Hints {
        map: map.to_vec(),
        layout: None,
    });
    let read = reader.events(&[path]).expect("the events are read");
    assert_eq!(
        told(&read),
        ["0: a"],
        "what is mapped comes before a column of the usual name"
    );
    let ignored: Vec<&str> = reader.understood[0]
        .ignored()
        .map(|column| &*column.name)
        .collect();
    assert_eq!(ignored, ["aktion", "item"]);
}

#[test]
fn items_of_a_session_may_be_separated_by_commas() {
    let folder = Folder::new();
    for text in [
        "session,items\ns0,\"p0,p1,p2\"\n",
        "session,items\ns0,\"p0, p1, p2\"\n",
        "session,items\ns0,p0 p1 p2\n",
    ] {
        let mut refusals = Refusals::default();
        let read = super::super::sessions(&folder.write("sessions.csv", text), &mut refusals)
            .expect("sessions");
        assert_eq!(told(&read), ["0: p0 p1 p2"], "{text}");
    }
}
