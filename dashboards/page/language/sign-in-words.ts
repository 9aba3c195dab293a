/** Words of signing in: the second step, and the identity provider. */
export const SIGN_IN_WORDS = {
  secondFactor: ['两步验证', 'Second step'],
  secondFactorOn: ['已开启', 'on'],
  secondFactorOff: ['未开启', 'off'],
  secondFactorWhat: [
    '登录时除密码外，再填手机验证器（如腾讯身份验证器、Microsoft Authenticator）里的 6 位验证码。',
    'Signing in then asks for the 6-digit code of an authenticator app on your phone, beside the password.',
  ],
  turnOnSecondFactor: ['开启两步验证', 'Turn the second step on'],
  turnOffSecondFactor: ['关闭两步验证', 'Turn the second step off'],
  resetSecondFactor: ['关闭两步验证', 'Turn off second step'],
  scanWithApp: ['1. 用验证器扫码', '1. Scan this with the authenticator app'],
  orTypeSecret: ['扫不了就手动输入：', 'Without a camera, type:'],
  thenTypeCode: ['2. 填验证器显示的验证码', '2. Type the code that it shows'],
  code: ['验证码', 'Code'],
  codeOrRecovery: ['验证码或恢复码', 'Code or recovery code'],
  confirmCode: ['确认开启', 'Confirm'],
  recoveryCodes: ['恢复码', 'Recovery codes'],
  recoveryOnce: [
    '已开启，其他设备已退出。手机丢了就用恢复码登录，每个只能用一次。现在抄下来，之后不再显示。',
    'It is on; other devices are signed out. Without the phone, each of these signs you in once. Write them down now: they are not shown again.',
  ],
  recoveryLeft: ['剩余恢复码', 'recovery codes left'],
  email: ['邮箱（统一登录用，可不填）', 'E-mail (for the identity provider, optional)'],
  boundToProvider: ['已绑定统一登录', 'signs in through the identity provider'],
  savePerson: ['保存', 'Save'],
} as const satisfies Record<string, readonly [zh: string, en: string]>;
