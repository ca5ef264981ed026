//! Channels: the page, and those off the site, which the shop's own sender serves.

/// The event by which a page asks for a message.
pub const EVENT: &str = "Message Requested";

/// Channel of an action.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Channel {
    /// On the page.
    #[default]
    Page,
    /// E-mail.
    Mail,
    /// Text message.
    Sms,
    /// WeCom (企业微信).
    Wecom,
}

impl Channel {
    /// Those that reach a shopper who is not on the page.
    pub const OFF_SITE: [Channel; 3] = [Channel::Mail, Channel::Sms, Channel::Wecom];

    /// Name in rules and answers.
    pub fn name(self) -> &'static str {
        match self {
            Channel::Page => "page",
            Channel::Mail => "mail",
            Channel::Sms => "sms",
            Channel::Wecom => "wecom",
        }
    }

    /// The channel of a name.
    pub fn named(name: &str) -> Option<Channel> {
        let mut all = [Channel::Page].into_iter().chain(Channel::OFF_SITE);
        all.find(|channel| channel.name() == name)
    }

    /// Whether a message leaves the page.
    pub fn is_off_site(self) -> bool {
        self != Channel::Page
    }
}
