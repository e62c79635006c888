#pragma once
// A few rows in the form of the bank's file, made up for the story.

#include <string_view>

namespace bank {

inline constexpr std::string_view sample =
    R"(account_id,seq,trans_id,date,type,operation,k_symbol,amount_haler,signed_haler,recorded_balance_haler,rounding_haler,bank,partner_account
7,1,101,1994-01-05,PRIJEM,VKLAD,,100000,100000,100000,0,,
7,2,104,1994-01-12,PRIJEM,PREVOD Z UCTU,DUCHOD,540000,540000,640000,0,AB,30040050
7,3,107,1994-01-31,PRIJEM,,UROK,1234,1234,641230,-4,,
7,4,109,1994-02-03,VYDAJ,PREVOD NA UCET,SIPO,215000,-215000,426230,0,QR,80090010
7,5,110,1994-02-20,VYBER,VYBER,,450000,-450000,-23770,0,,
8,1,102,1994-01-07,PRIJEM,VKLAD,,80000,80000,80000,0,,
8,2,106,1994-01-31,PRIJEM,,UROK,166,166,80168,2,,
8,3,108,1994-02-01,VYDAJ,VYBER,SLUZBY,1460,-1460,78708,0,,
)";

}  // namespace bank
