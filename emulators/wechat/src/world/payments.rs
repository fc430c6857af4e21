//! Virtual payment: what the console holds of it, orders, and coins.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

/// What the console shows under virtual payment of a Mini Program.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentAccount {
    /// The merchant's offer.
    pub offer_id: String,
    /// The live `AppKey`, which signs for env 0.
    pub app_key: String,
    /// That of the sandbox, for env 1.
    pub sandbox_app_key: String,
    /// Published products, with their prices in fen.
    #[serde(default)]
    pub products: BTreeMap<String, i64>,
}

impl PaymentAccount {
    /// The one that the first Mini Program has for local use.
    #[must_use]
    pub fn local() -> Self {
        Self {
            offer_id: "1450000001".to_owned(),
            app_key: "kqTzWvRyLbMnXcHdGfJsPaUeOiZmQwEr".to_owned(),
            sandbox_app_key: "vNbXmCkLjHgFdSaQwErTyUiOpZxWcVbM".to_owned(),
            products: BTreeMap::from([("vip_month".to_owned(), 1200)]),
        }
    }

    /// The `AppKey` of an environment, if there is such an environment.
    pub(crate) fn app_key(&self, env: i64) -> Option<&str> {
        match env {
            0 => Some(&self.app_key),
            1 => Some(&self.sandbox_app_key),
            _ => None,
        }
    }
}

/// Of one Mini Program, in one environment.
pub(crate) type Place = (String, i64);

/// An order that was paid.
pub(crate) struct Order {
    pub(crate) openid: String,
    pub(crate) wx_order_id: String,
    pub(crate) attach: String,
    pub(crate) fee: i64,
    pub(crate) left_fee: i64,
    /// 2: paid, 4: delivered, 5: refunded.
    pub(crate) status: i64,
    pub(crate) paid_at: i64,
}

/// Coins that were taken.
pub(crate) struct Spent {
    pub(crate) openid: String,
    /// Less what was given back.
    pub(crate) left: i64,
}

/// Everything that was paid.
#[derive(Default)]
pub(crate) struct Payments {
    pub(crate) accounts: BTreeMap<String, PaymentAccount>,
    /// By the merchant's number.
    pub(crate) orders: BTreeMap<(Place, String), Order>,
    /// By user.
    pub(crate) coins: BTreeMap<(Place, String), i64>,
    /// By the merchant's number, too.
    pub(crate) spent: BTreeMap<(Place, String), Spent>,
    /// Numbers of what was done with coins, and of refunds.
    done: BTreeSet<(Place, String)>,
}

impl Payments {
    /// From now on the number is used.
    pub(crate) fn note_done(&mut self, place: &Place, number: &str) {
        self.done.insert((place.clone(), number.to_owned()));
    }

    pub(crate) fn was_done(&self, place: &Place, number: &str) -> bool {
        self.done.contains(&(place.clone(), number.to_owned()))
    }

    /// An order by the merchant's number or by WeChat's, with the former.
    pub(crate) fn order(
        &mut self,
        place: &Place,
        number: &str,
        of_wechat: &str,
    ) -> Option<(&str, &mut Order)> {
        let is_meant = |own: &str, order: &Order| match number {
            "" => order.wx_order_id == of_wechat,
            number => own == number,
        };
        let found = self.orders.iter_mut().find(|((at, own), order)| at == place && is_meant(own, order));
        found.map(|((_, own), order)| (own.as_str(), order))
    }

    pub(crate) fn coins(&mut self, place: &Place, openid: &str) -> &mut i64 {
        self.coins.entry((place.clone(), openid.to_owned())).or_default()
    }
}
