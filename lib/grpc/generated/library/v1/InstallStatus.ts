// Original file: api/proto/v1/library.proto

export const InstallStatus = {
  INSTALL_STATUS_UNSPECIFIED: 'INSTALL_STATUS_UNSPECIFIED',
  INSTALL_STATUS_INSTALLED: 'INSTALL_STATUS_INSTALLED',
  INSTALL_STATUS_NOT_INSTALLED: 'INSTALL_STATUS_NOT_INSTALLED',
  INSTALL_STATUS_UPDATING: 'INSTALL_STATUS_UPDATING',
} as const;

export type InstallStatus =
  | 'INSTALL_STATUS_UNSPECIFIED'
  | 0
  | 'INSTALL_STATUS_INSTALLED'
  | 1
  | 'INSTALL_STATUS_NOT_INSTALLED'
  | 2
  | 'INSTALL_STATUS_UPDATING'
  | 3

export type InstallStatus__Output = typeof InstallStatus[keyof typeof InstallStatus]
