// pages/orders/orders.js
const { session } = getApp();

Page({
  data: { orders: /** @type {{ id: string }[]} */ ([]), error: '' },

  pending: /** @type {{ abort(): void } | null} */ (null),

  async onLoad() {
    const pending = session.request('/orders');
    this.pending = pending;
    try {
      const { data } = await pending;
      this.setData({ orders: data.orders });
    } catch (error) {
      // Whatever it was: the user is still signed in, unless the code says otherwise.
      if (error.code !== 'aborted') this.setData({ error: error.retryAfter ? `请 ${error.retryAfter} 秒后再试` : '加载失败' });
    }
  },

  onUnload() {
    if (this.pending) this.pending.abort();
  },

  async onDeleteAccount() {
    const { confirm } = await wx.showModal({ title: '注销账号', content: '账号和数据将被删除。' });
    if (!confirm) return;
    try {
      await session.deleteAccount();
      wx.reLaunch({ url: '/pages/index/index' });
    } catch (error) {
      // Not confirmed: the user presses again.
      this.setData({ error: '注销未完成，请再试一次' });
    }
  }
});
