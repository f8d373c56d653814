#ifndef MEDMITRA_CQRCODE_H
#define MEDMITRA_CQRCODE_H
#include <qrencode.h>
#endif
