/** A key and a certificate for `localhost`, signed by itself, worth nothing: for callbacks over https, and for a database with an authority of its own. Valid until 2126. */
export const localhostTls = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgvZrBGNOPiHw4x0h9
jlKM9lhpsIXSE/3V3gGSUupv46ShRANCAAQCJqRmYRddfwARq3dd6bJ0NqFPrdYf
svfQCgzu9w0ig9tr6oycJOpEyJsJTkb/3dA/E2qhhbWQ71D8CFQmtSOG
-----END PRIVATE KEY-----`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBlDCCATugAwIBAgIUBS3V7/V5eW4GCPa4vJkZyGshM8MwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTIzMjQ0OVoYDzIxMjYxMDI4
MjMyNDQ5WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQCJqRmYRddfwARq3dd6bJ0NqFPrdYfsvfQCgzu9w0ig9tr6oycJOpE
yJsJTkb/3dA/E2qhhbWQ71D8CFQmtSOGo2kwZzAdBgNVHQ4EFgQUqKLA1CJuqP15
nMmpLScAbtCTrQ0wHwYDVR0jBBgwFoAUqKLA1CJuqP15nMmpLScAbtCTrQ0wDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
RwAwRAIgAetC0vjRlP0rCfAtc++MUZEeyuo9d/yQkHBrDJ6XNNcCIGRiioOzFK6H
7Y8sSeXiz7mIsg9u76rkLJwK85AZK3Pp
-----END CERTIFICATE-----`,
};
