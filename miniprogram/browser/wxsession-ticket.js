// wxsession-ticket: takes the ticket out of the page's URL before another script reads it, and keeps it for wxsession-page.js,
// which as a module runs late. The first thing in <head>, as a classic script: without type, defer and async.

(function () {
  function lift() {
    const { hash, href } = location;
    const found = hash.match(/[#&]wxt=[^&#]*/g);
    if (!found) return;
    // A name of the page's own, until the module has read it.
    /** @type {Window & {wxsessionTicket?: string}} */ (window).wxsessionTicket = found[found.length - 1].slice('#wxt='.length);
    const rest = hash.replace(/&wxt=[^&#]*/g, '').replace(/#wxt=[^&#]*&?/g, '#').replace(/^##/, '#').replace(/#$/, '');
    const bare = href.replace(/#[^]*/, '');
    try {
      history.replaceState(history.state, '', bare + rest);
    } catch (tooOften) {
      // Safari counts. With the # it is no new load.
      location.replace(bare + '#' + rest.slice(1));
    }
  }
  lift();
  // The Mini Program may change nothing but the fragment. Whoever listens first hears it first: routers listen, too. Browsers send
  // popstate before hashchange, and a router that reads the ticket there keeps it in the history, for Back to redeem again.
  addEventListener('popstate', lift);
  addEventListener('hashchange', lift);
})();
