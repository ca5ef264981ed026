//! Layouts of catalogues: exports of shop systems, and lists of data sets.

use super::{Layout, PLAIN};
use crate::ingest::error::File;

const FEED: Layout = Layout {
    file: File::Catalogue,
    ..PLAIN
};

pub(super) static CATALOGUES: [Layout; 7] = [
    Layout {
        name: "shopify",
        marks: &["handle", "title", "vendor", "variantprice"],
        fields: &[
            ("handle", "id"),
            ("title", "title"),
            ("productcategory", "product_type"),
            ("type", "google_product_category"),
            ("vendor", "brand"),
            ("variantprice", "price"),
        ],
        ..FEED
    },
    Layout {
        name: "woocommerce",
        marks: &["id", "type", "sku", "name", "regularprice"],
        fields: &[
            ("id", "id"),
            ("name", "title"),
            ("categories", "product_type"),
            ("brands", "brand"),
            ("regularprice", "price"),
            ("saleprice", "sale_price"),
            ("datesalepricestarts", "sale_starts"),
            ("datesalepriceends", "sale_ends"),
            ("instock?", "in_stock"),
        ],
        paths: Some((',', '>')),
        ..FEED
    },
    Layout {
        name: "magento",
        marks: &["sku", "attributesetcode", "producttype", "name"],
        fields: &[
            ("sku", "id"),
            ("name", "title"),
            ("categories", "product_type"),
            ("manufacturer", "brand"),
            ("price", "price"),
            ("specialprice", "sale_price"),
            ("specialpricefromdate", "sale_starts"),
            ("specialpricetodate", "sale_ends"),
            ("isinstock", "in_stock"),
            ("storeviewcode", "language"),
        ],
        paths: Some((',', '/')),
        root: Some("Default Category"),
        ..FEED
    },
    Layout {
        name: "amazon-products",
        marks: &["parentasin", "title", "categories"],
        fields: &[
            ("parentasin", "id"),
            ("title", "title"),
            ("categories", "path"),
            ("store", "brand"),
            ("price", "price"),
        ],
        ..FEED
    },
    Layout {
        name: "amazon-products-2018",
        marks: &["asin", "title", "category"],
        fields: &[
            ("asin", "id"),
            ("title", "title"),
            ("category", "path"),
            ("brand", "brand"),
            ("price", "price"),
        ],
        ..FEED
    },
    Layout {
        name: "h&m-articles",
        marks: &["articleid", "prodname", "producttypename"],
        fields: &[
            ("articleid", "id"),
            ("prodname", "title"),
            ("producttypename", "product_type"),
            ("colourgroupname", "color"),
        ],
        ..FEED
    },
    Layout {
        name: "chinese",
        marks: &["商品id"],
        fields: &[
            ("商品id", "id"),
            ("商品名称", "title"),
            ("商品标题", "title"),
            ("标题", "title"),
            ("名称", "title"),
            ("类目", "product_type"),
            ("分类", "product_type"),
            ("商品类目", "product_type"),
            ("品牌", "brand"),
            ("价格", "price"),
            ("售价", "price"),
            ("促销价", "sale_price"),
            ("库存状态", "availability"),
            ("是否有货", "availability"),
            ("库存", "in_stock"),
            ("颜色", "color"),
            ("尺码", "size"),
        ],
        ..FEED
    },
];
