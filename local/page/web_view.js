// The web-view of the phone: a page of another origin in a frame. All that it gets of the Mini Program is its URL.

import { word } from './words.js';

export class WebView {
  constructor(box) {
    this.box = box;
    this.url = '';
    box.querySelector('[data-web-view=reload]').addEventListener('click', () => this.open(this.url));
    box.querySelector('[data-web-view=close]').addEventListener('click', () => this.close());
  }

  /** Loads it anew; with the URL that was loaded before, as WeChat may do. */
  open(url) {
    this.url = url;
    const frame = document.createElement('iframe');
    Object.assign(frame, { src: url, title: word('webView'), referrerPolicy: 'no-referrer' });
    this.box.querySelector('iframe').replaceWith(frame);
    this.box.querySelector('code').textContent = url.replace(/(#.*wxt=.{4}).*/, '$1…');
    this.box.hidden = false;
  }

  close() {
    this.box.hidden = true;
    this.box.querySelector('iframe').replaceWith(document.createElement('iframe'));
  }
}
