/*
 * Made by build/unicode-tables.ts from confusables.txt, CaseFolding.txt and Scripts.txt of Unicode
 * 17.0.0. Not to be edited by hand.
 *
 * UNICODE LICENSE V3
 *
 * COPYRIGHT AND PERMISSION NOTICE
 *
 * Copyright © 1991-2025 Unicode, Inc.
 *
 * NOTICE TO USER: Carefully read the following legal agreement. BY DOWNLOADING, INSTALLING, COPYING
 * OR OTHERWISE USING DATA FILES, AND/OR SOFTWARE, YOU UNEQUIVOCALLY ACCEPT, AND AGREE TO BE BOUND BY,
 * ALL OF THE TERMS AND CONDITIONS OF THIS AGREEMENT. IF YOU DO NOT AGREE, DO NOT DOWNLOAD, INSTALL,
 * COPY, DISTRIBUTE OR USE THE DATA FILES OR SOFTWARE.
 *
 * Permission is hereby granted, free of charge, to any person obtaining a copy of data files and any
 * associated documentation (the "Data Files") or software and any associated documentation (the
 * "Software") to deal in the Data Files or Software without restriction, including without limitation
 * the rights to use, copy, modify, merge, publish, distribute, and/or sell copies of the Data Files or
 * Software, and to permit persons to whom the Data Files or Software are furnished to do so, provided
 * that either (a) this copyright and permission notice appear with all copies of the Data Files or
 * Software, or (b) this copyright and permission notice appear in associated Documentation.
 *
 * THE DATA FILES AND SOFTWARE ARE PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED,
 * INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
 * NONINFRINGEMENT OF THIRD PARTY RIGHTS.
 *
 * IN NO EVENT SHALL THE COPYRIGHT HOLDER OR HOLDERS INCLUDED IN THIS NOTICE BE LIABLE FOR ANY CLAIM,
 * OR ANY SPECIAL INDIRECT OR CONSEQUENTIAL DAMAGES, OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF
 * USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING
 * OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THE DATA FILES OR SOFTWARE.
 *
 * Except as contained in this notice, the name of a copyright holder shall not be used in advertising
 * or otherwise to promote the sale, use or other dealings in these Data Files or Software without prior
 * written authorization of the copyright holder.
 */

/** The version of Unicode that these are of. */
export const unicodeVersion = '17.0.0'

/**
 * UTS #39: the prototype of each code point that has one, in the form that `parseMapping` reads.
 * Code points that cannot be in a name, and those that NFD decomposes, are left out.
 */
export const confusables = `
27:1c of 3j 8n h7 o0 cm 162 53i 52 nmn hto o3 p 9l 5a 2c 3vj 17 zk ykw 1em 1g 1g 1g 1g 1g 1g 1g 1g
1g 1g 1g 1g 1k 1m 1m 1m 1m 1c a a a a 73u,30:1 o 99 16 d5 31 56 f 7a a 20 1m 40 61 2yf 21b 1 2 29r
59 nmr hp7 1 4b z n2 3j 5ap 7 fyh 3i iix 1ef t n t n t 1g n t 1g n t n t n t n t n t n t n t r 1m
1m 1m 1m 1j a a a a 4cp 3k 2nl,36 32:1o 1j0z df 10zn 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g,qk:20
2kuw 1m 1m 1m 1m,1t 1x:h su,1w mt:a 1s 3d,27 mw:8 8rt,2p 2t:e rz,6pu mt:a,33 mw:8 xmu,34:6 5d ea
1c 7 20 7z7 18 15kx 161l 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1l e 18 e 18 e 18 e 18 e,2s mt:j,20
mt:l,2w mt:1 ms 5o4,2x:a 8o 1 7k 1r 4d 8c 2sj 2ok f 28b o1g 10u gk4 516 110f 1g 1g 1g 1g 1g 1g 1g
1g 1g 1g 1g 1g i 12 1m 1m 1m 1m,30 22:1,2x 2y:1,30 53:c 1 3uf,24 mw:2,30 mw:1,13 32:7,32 mh:2 2b
ex cb 2jx2 1m 1m 1m 1m,27 1x:7,33 2t:1,2c mt:j,38 mt:1,2u:o j s2 4yh r24 po 1mne 1g 1g 1g 1g 1g 1g
1g 1g 1g 1g 1g 1g,2q mt:1 ki 1 15 1,13 1u:1,2q lg:1 1 i6,2q:2 iw 337 4j 8t 1w5j k11 1g 1g 1g 1g 1g
1g 1g 1g 1g 1g 1g 1g,1v 13:3,13 1w:3,2s lg:2,2v:1 5w m8 4qq p3 17wd 161l 1g 1g 2w 1g 1g 1g 1g 1g
1g 1g 1g,1y me:4,1z 13:2,30 mt:4 3,23 13:1,2z lw:1,qj mw:2,26 me:2,27 mt:2 e1 w p z 3i 3a 2xi 19
4v9 4h o49 1nxh a g k c a g k c a g k c a g k c a g k,13 28:5,34 lw:1,2a:1 3jv 1d c5 2ac 1 1 q12
ixd l1d jx8 1g 1g 2w 4c 1g 1g 1g 1g 1g,1e:1 g1 3br sqt 7q 1lzs 25a a a a a 73u,13 2c:5,38 lw:1,2c
mg:1,13 2h:5,3d lw:1,2i mt:1,3e mt:1,1f:1 2t e3 5l w9 ao 6nn 14 8 o7y 1t mcf h2p iig 25a a a a a
73u,1e mt:4,1h:1 1j3z zlm 25a a a a a 73u,37:1 ig 1qi ufm vt gix z9 41l 110r 1g 1g 1g 1g 1g 1g 1g
1g 1g 1g 1g 1g,30 30:4 tr,x:2 8lq,1w 2i li:1,1w 3e li:1,2s 3e li:1,24 22:1,24 2y:1,30 2y:1,26
22:1,26 2y:1,32 2y:1,1z mt:o,2v mt:1,1w 2i:c,1w 3e:1,2s 3e:1 4w,1k:1b 1 1jb 3k 49 1d07 13vi 25a a
a a a 73u,2i me:2,3e me:1,2r mw:n,2c mw:2,1r:3 2b 1d5 20h,2d mt:3 3go,1x mw:2,2t mw:1,22 mt:1,2y
mt:1,36 mt:4 g6,2h mt:1 gy,3d mt:1 gy,2p:2 9s 3j 1dld 161l 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1k
1m 1m 1m 1m,2q lw:2,2s mg:3,2s lw:1,d9:2 hs,d9 ke:1,x3n:1 9m 1s 2n 59 7so p3m hhq 42t 11iw m 10 m
10 m 10 m 10 m,2v lw:5,3d:3 18 84 40 30 2ew 2hx ab fy 298 p0x glb 51f 1106 1g 1g 1g 1g 1g 1g 1g 1g
1g 1g 1g 1g y 1m 1m 1m 1m,2w lw:3 3gs syr,2x mt:2 5cj 1,30 ms:3,30 mg:2,30 f1:1,3b:1 d5 p 58 1w
4ow 330 p1i l8n 4 1 11cx 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g,36 32 me:2,32 mg:2,33 mt:2 e6 3a 7u0
o8q ub 19,33 5qf:1,36 mh:6,36 mg:1,37 mg:5,39:9 8q c8 4nz rcz q7 4 hpg 3xe 1106 1g 1g 1g 1g 1g 1g
1g 1g 1g 1g 1g 1g 1k 1m 1m 1m 1m,3e mg:5,f1:2 gf 2du 5hu 8 o7y,x5a:3 wmy,35 lw:b,2s f1:4,2s i9:1,
38 37:1,38 hv:1,38 gl:1,2u 32 mh:1,30 37:1,30 3e:1,4xg:8,13:6 2 1 1 1 a 2 1 lq ez 1 2fp hu slc
13gl 1,13 13:1 1g lg,121:5,2m:7,1m:a 183 ao uii nvg,4xf:h,4xh:1 4c9 s9i,jl:2,lg:x no b6 3qv ds
ra7,li:7 2q kq 2 kr v1z n3e,19s:1,li lj:3 rc ex 3k 74 3k 73 3l 3k 1g3i,le:1 ne b7 44i ra8,lv:4 lg
1i is,18w:2 lf,5bd:3,mp:6 182,me:1 6 i,mg:1 z 4mq,mt:k,mw:1,lf:b lt,mr:5,1hiy:1,nk:f 141 7,lj:1 gx
1 7 1 2 88 2c 1 4s 71 o 74 3k 97,lm:e g9 4j 3x wz jv 3k a1 1hs d 4d3 j4 18py,8s5:a 37c 8 t1d,t4:6
w8b ih0,5qm:1 5d 1el1,gk:4 51x vo 18sn,x1b:2,22:2 3t 337 6a si4 k9 ha0 161r 1g 1g 1g 1g 1g 1g 1g
1g 1g 1g 1g 1g,1t:i 3j 32y ez sa1 htf ov lgg jwg 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1k 1m 1m 1m
1m,1u:1 3k 34y eb 27p 28m nri kk h9q o0 v 2o 15a8 1g 1g 2w 1g 1g 1g 1g 1g 1g 1g 1g 1k 1m 1m 1m 1m,
1x:3 3k 32v 2o4 2dl nnb hth o1 4dc 8 1106 1g 1g 2w 1g 1g 1g 1g 1g 1g 1g 1g 1k 1m 1m 1m 1m,2i:1 371
2n5 4 q0k hum 50v 1o 10z8 1g 1g 1g 1g 4c 1g 1g 1g 1g 1g 10 1m 1m 1m 1m,20:1 3q 332 ch 2a7 1 1 29t
nrt htt pz 15bs 1g 1g 2w 4c 1g 1g 1g 1g 1g 1j 1m 1m 1m 1m,23:3 3k 34c kv 4an nr7 huc 165 14vm 1g
1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1j 1m 1m 1m 1m,g5:1 3k gd 40 2m1 4xy nn2 dl 7g hwz f7 l1p kfp 1m
1m 1m 1m,25:1 2m y 32z ft 6e 21p 291 nrb hu6 oz 2p 15a3 1g 1g 2w 1g 1g 1g 1g 1g 1g 1g 1g 1j 1m 1m
1m 1m,26:1 5tk 29x nra hu6 15x 14vu 1g 1g 1g 1g 1g 2w 1g 1g 1g 1g 1g 1j 1m 1m 1m 1m,28:4 3j 342 3v
2i4 2a1 18 npf hun o5 15dm 1g 1g 1g 1g 1g 2w 1g 1g 1g 1g 1g 1l 1m 1m 1m 1m,bt:2 886 2c1d 1m 1m 1m
1m,2c:1 3i 328 4xw nqm huo o3 q 2s 49z h1q jyh 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1k 1m 1m 1m 1m,
2h:1 19 29 3v 2yj k 4x7 nr8 hu5 op 4c2 h3z jx1 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1m 1m 1m 1m,
2g:2 3i 3o2 4c5 4x nm6 js had ns 10 2r eo 14vk 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1j 1m 1m 1m 1m,
67:b u 36o 23y r2v x 1nu5 1m 1m 1m 1m,61r:2 ca 361 4me 2c4o 1m 1m 1m 1m,8o:6 1i 22 4wh 32i p41
1n2t j 13 j 13 j 13 j 13 j,3a:3 54 9v 4lk s5l gj1 4og ca 110v 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g
1b 1m 1m 1m 1m,33:2 4 16 29 93 2k 2u u 2h 3 k w hd 3k 3k 3k 3k 3k s 2s s 3k u 1y s 5q 3k 99 z 5b
1cx 10v 2 tf 297 p0e fvt 1 1 1 1 1 1 1 n0 1 1 1 2r yl 5a 352 s8 f 1101 1g 1g 2w 1g 1g 1g 1g 1g 1g
1g 1g 1k 4 1i 4 1i 4 1i 4 1i 4 4fc 1s w,5qz:5 3i 7z9 p1n 1n4z 1m 1m 1m 1m,hk:2 f 33 7zb 1h 1 2c52
8 1e 8 1e 8 1e 8 1e 8,qo:g 2x 4x5 t0 291 1rmo kk0 g 16 g 16 g 16 g 16 g,qq:5 81c 2c7c 1m 1m 1m 1m,
1y:1 3iw 29p q0c jf hyn u hs 3ul w 10zn 1g 1g 2w 1g 1g 1g 1g 1g 1g 1g 1g 9h,tj:8,uf:1 1c5 1t,bs:4
4zf r35,1i:3 1x 33x 4x0 1 9 1am1 zkx 25a a a a a 73u,2r:6 27 2bn 2e 2i2 335 p3e gic ze 1527 1g 1g
1g 1g 1g 1g 1g 1g 1g 1g 1g 1g,2y:1 2t 5pt 17up 161l 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g,66:4 1eq5,
1v:2 14 33y 2lf 17 29j nqu hu1 ov 2o 7n 7b 3wt 10yh 1g 1g 1g 1g 4c 1g 1g 1g 1g 1g,au:4 5ty py0
itk,x1a:2,x3m:5 804,2b:1 96 2va 5 snc hu9 o3 ay l5m jx4 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g,pf:e
332 6s 2hl 286 1rpf kgz 1m 1m 1m 1m,ps:c 5r4 28x o57 13gr kk1 1m 1m 1m 1m,py:5 8f 2jx 57u 16a1
15vu 1m 1m 1m 1m,2q 30:7,30 27:3,ih:4 34a 4uf,36:1 4xf 31b p1e 1 1l 1mlm 1g 1g 1g 1g 1g 1g 1g 1g
1g 1g 1g 1g,2t:2 3s 5ma o r8r glv 161l 1g 1g 2w 1g 1g 1g 1g 1g 1g 1g 1g,gs:2 4wh,i5:5 4wh 32k p2m,
ik:1 7yq p30,3c:8 3cs 1o 1a6z 161l 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g,jt 2q:5,at 2x:1,at:1 x1v
12k2,5qx:3,39 mh:g,q0:h 3mw 4ba 169z f0 15gu 1m 1m 1m 1m,qw:1 7y6 16q2 15gg 1m 1m 1m 1m,2e:3 dv 40
2jm 2e 4y1 nn2 e1 im6 3ur h2g jyl 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g,v4 w6 w7:8,3b w6 w7:1,t4 me
lc:d,5qm me li:1,pf 13:5,36 13:1,pf mt:1,t2 mh:4,ty mh:1,1f me:1,gs me:1,23 mh:1 7v3,8o mh:1,23
mt:3 w4i,8o mt:1,20 mh:3 7ut,ik mh:1,1v me:7,2r me:1,2c mh:1,5qz mh:1,2g mh:5,2w:9 51 2tu 2mk 17wa
161l 2w 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g,xo mg:3,2t mg:1,g5 me:6,u3 me:1,20 me:1 2,ik me:1 2,xi:3,
xj:1,25 me:1,i5 me:1,b3:a,2s:15 2xy 3s 2jb pzg 1nwr 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g,dy:9,1z:2
2wk 1f smb 1nw0 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g,gy:1 2y6 txx,b4:3 2wr 2m4 18u2 l64,35:b 20 3
2jes 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g,2f:1 2vr x snq mws 10z4 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g
1g,3ou:v,3k6:9,3s3:6,3mp:2,2d:1 2ib gc sko ixm 3xm h3e jwy 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g,
fr:14 2jw0,32:3 4 2je3 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g,hc:2 2i1,12d 2x:d,ld:l 1 3f 1i 6x el,
13u:8,13t:4,13q:5,13s:1,mb:6 h 47 i9 27 3k 3k 3k 3k 3hd 1avx 1hs l5,30 13:1p,18p 1cr:1m k 1r 1r k
3l 1c78 1 1 1 n4 1 1 1 1bay w 1s w w,183 1cr:9 1d35 1 1 1 1ba4 w w w w w,18p le:9,18p:d 10 24 i 6
dn 1bz5 1 f 1 1l 1 j 1 1 1 kw 1 1 1 1 1 1b85 j 1 c w k c j d w,ln:1 it,mh:b 4g6,lu:1,lw:6,191:2,
1a:1 40 v7s 1ncl,1b5:f gc 1 2nvm 1 1s v,30 19w:3 3 1czy 1,30 191:1 1d04 1,18o 19w:3 1czz 1,18o lv
19w:1 1ch2,18p 19w:1 1d01 1 1 1,18p 179:1 1u 1cbv 1 1 1 1j 1 1 1,17u:1 1cdg 1 1 1 ms 1 1 1 1bb1 w
1s w w,17x 190:7 6p,17x 1cr:4,17z 179:3 1ce8 1,1ai 179:3,17z 1cr:3 1 1cdz 1,181 179:3 1ce3 1,181
li:1,181 1cr:6 1cdu 1,185 1cr:6,187 1cr:1,1b5 1cr:5 4 1cci 1 1 1,18h:3 1d0q 1 1 1 1b98 w 1s w w,
18j:2 1 1cdg 1 1 1 nc 1 1 1 1b8u w 1s,18j 1cr:4 52 1ca8 1 1 1,1bj 1cr:7,18k li:1,18k 1cr:2,17t:c
1cy8 1,18o li:3 1cer 1,18o lv:1 1ceo 1,18o 19s:1 1cer 1,18o le:1 1cex 1,18o 1cr:2 1cer 1,18p li:3
3s,1a3:2 1caq 1 1 1 3z 1 1 1,17z le:u,181 le:1,19e:3 w65,19f:1,19g:1,19i:2,19l:3 ha 1hml,33 le:6,
1fg:1v,17s 1cr:f,1bg:h,1g4:5 8y,18m 179:1,18m li:1,181 190:3,1av 179:5,183 le:d,lk:39 6w,2n:7,18p
lm:45,17s 190:i,1b6 1cr:3,18l 1cr:3,18p 190:1 1c08 1,17z mc mb:6,185 mc mb:1,1bj:1 1bz6 1 1 1,
18o:1 1cn0 1 1b87 3k w,182 le:1,17s 1cy:4,18p 1cr 1cy:1,181 li lj:2,18p li lj:1,18p 1cr li:4,17u
li:1,18p 179 li:1,1ae li:1,18j li:1,18s:z 3 9,mc:9 3xs,18t:4,no:7,np:1,nm:6,1s5 1ty:4,1s5 1tq:2,
1tc 1u5 1s7:2,1sf li:5,1sf 1ty:1,1sf 1jz8:2,1s5 1tq li:1,1s5 1tq 1ty:1,1s5 1tq 1jz8:1,1s5 1tq
1u0:1,1tq 1tm:13,1xb:4 74 1gmq,1jz8:8 74,1tq li:2,lc:a,1jz6:3 6j,1jz7:1 6j,1s5 li:r,1s5 1tm:1,1s5
1tq 1tm:1,1s5 1u7:1,1vp 1xa:h,1vv 1xf:2i 1,1l:d 3e 75 ed 671 1 o83 mda w a zkz 25a a a a a 73u,
1ww:3 1gor,1vn:j e8 3k 3k 3k j9 1fgp,1z9 20u:3,1t6 1u5 1sv 1xb:1,1t6 1u5 1sv 20w:1,22b 1jz6:1,22b
1jz7:1,1t6 1u5 1sv 1jz8:5,1z9 1u0:1,1z9 218:4,1th:1,1t0 1u5 1t0:7,1sv:3,1sw:1,1s9:4,1t6:3,1sy:4,
1t9:3,1tl:7,1ta:3,1u0:g,1ty:3,1u5:2 3k,1t6 1u5 1sv:11,22t 24e:k,22t 24l:7,22t 24n:2,22t 24o:1,22t
24e 24l:1,22t 24e 24n:2,22t 24e 24o:1,1uw:s 1k,1tp:d,1tt:4,1tu:1,1uy:14,1v2:4,26d 27y:o,2a1
2b7:3o,2a8:i ao,2a0:k e,2ba:8 am,2ax:g,2b7:f,2ad:g,2a1:1 81,2ai:2,2a0 2bl:1,2ai 2bl:1,2a6:1,29x:1,
2du 2fp:11 3k,2du 2fg:1 3k,2hi mb:2,2eo 14s:a,2e9 mb:2,2ef 14s:3,2ek mb:8,2et 2f5:1,2et mb:9,2et
2f2:2,2f5 2f2:9,2f7 2f2:2,2dn 2f2:s,2do 2f2:1,2dh:10,2di:1,2dj:1,2ds:9,2du:2,2dz:5,2e4:5,2e5:1,
2e6:1,2e7:1,2eb:4,2ee:3,2eg:2,2en:7,2eo:1,2ep:1,2eq:1,2er:1,2f3:c,2f5:2,2f7:2,2fw:p,2h8 2im:5,
2g7:6,2g8:1,2gf:7,2kn 2mv:p,2a1 2mv:2,2lk 2m9:2 d,2bq 2ku:4,2ky 2m6:3,2ky 2mv:1,2b9:2,2ar:d,2b2:2,
2ls:c k1 5y,2b8:3,2an 2bj:6,2bj:5 1,2m9:3 1,2bq:4,2br:1,2bq 2bq:1,1v5:6,33 2ls 33:h,2la:2,2ls
2ml:9 i,2li 2ml 2ls:1,2lk 2ml 2lk:1,2lx 2ml 2ls:2,2lk 2ml:1 c,2ar 2ml:b,2lu 2ml:3,2lv 2ml:1,2pv
2qg:f,2oh 2q2:5,2oh 2qh:1,2oh:y,2or:1,2ok:3,2ow:7,2pj:4,2qw 2q7:11,2oy:1,2pb:1,2qw 2qb:4,2rm:k,
2ru:8,2ry:4,2ro:5 1,2s1:3,2rq:a,2sg:5,lm 2sy:d,2tc 2tc:e,2sy:4,2rs:1v,2si:5,2sa:d,2sb:1,2sd:2,
2se:1,2sf:1,lm 2wi:k,2t4:5,2t5:1,2tk:f 1s3,2tl:1,2tm:1,2tn:1,2wb 2vt:h,2wb 2w1:1,31k 324 326:z,
md:1j 6ie,31e:1f,33m 31t 328:d,33n 31t 328:2,322 322:2,324 324:2,2ls 370:3n,33 370:g 5j,36d 370:f,
2ls 370 37d 2ls 370:4,36m 37g:6,36m 37g 287 370 37e:1,287:7,36j 37i:1c,37l:4,36d 37i:1,36d 370
37i:9,35v 37i:1,399 37i:e,2ls 37i:3,x3a:v,3cw 3cw:2p 4o 689,3cz 3cz:3 6d0 wwl,3d3 3d3:4 6d7 wwz,
3d5 3d5:2 4x 68b,3d8 3d8:3 6d8 wxc,3cy 3cw:6 4y,3cy 3cy:1 6j 67a,3cy 3cz:1 4x 68w,3cy 3d3:1,3cz
3cw:1 4z,3d1 3cy:1 51,3d1 3d1:1 53,3d1 3de:1 x 3f 68a wxe,3d1 3d7:1 139e,3d2 3d3:1 5c 68i,3d2
3d7:1 5h 68f,3d3 3cw:1 6dw,3d3 3cy:1,3d3 3cz:1 6dv wvk,3d3 3d5:1 48 68b,3d3 3d5 3cw:1 6du,3d3 3d5
3cz:1 6du wvm,3d3 3d5 3d3:1,3d3 3d5 3d5:1,3d3 3d5 3d8:1,3d3 3d8:1 6dr wvm,3d3 3da:1 139d,3d3 3dc:1
6dq,3d3 3dd:1 56,3d3 3d7:1 57 68i,3d3 3d3 3d7:1 6dp,3d5 3cw:1 56 68j,3d5 3cy:1 6dp,3d5 3cz:1 55
68k,3d5 3d1:1 55,3d5 3d2:1 1395,3d5 3d3:1 54 68j,3d5 3d3 3cw:1,3d5 3d5 3d5:1,3d5 3d7:1,3d5 3d8:1
6dk wvl,3d5 3da:1 1395,3d5 3db:1,3d5 3dc:1 1394,3d5 3dd:1,3ek 3ek:3,3em 3em:2,3d7 3cw:2 4r,3d7
3cz:1,3d7 3d2:1,3d7 3d3:1,3d7 3d5:1 4s 68h,3d7 3eo:1 4s 68h,3d7 3d7:1 4n 68i,3d7 3d8:1,3d7 3da:1,
3d7 3dc:1,3d7 3dd:1,3d8 3d7:2,3f2 3f2:2,3f4 3f4:2,3da 3db:1,3da 3de:1,3dd 3d3:3 4d,3dd 3d7:1 4d
68g,3de 3de:1 6ct,3cw 3cz:2,3cy 3d5:1 30 68w,3cy 3d8:1 28 689,3cy 3de:1 28 689,3cz 3d1:1 31,3fl
ffs:4 6b2,3fn ffs:2 6b2,3fp ffs:2 6b2,3fr ffs:2 6b2,3ft 3fl:2 6b2,3ft 3fl ffs:1 6b2,3ft ffs:1 6b2,
3fy 3fp:3 6b2,3fy 3fp ffs:1 6b2,3fy ffs:1 6b2,9oc:2 6b2 5nj hrr,9oc ffs:1 6b2,ffs:1 6b2,3fl 3ft:1,
3fl 3fy:1,3fn 3ft:1,3fn 3fx:1,3fp 3ft:1,3fp 3fy:1,3fp 9oc:1,3fr 3ft:1,3fr 3fy:1,3ft 3fp:1,3ft 3fp
ffs:1,3ft 3fr ffs:1,3ft 3ft:1,3ft 3fy:1,3fx 3fn:1 2 6bl,3fx 3fn ffs:1 6bn,3fx 3ft:2,3fx ffs:1 6bl,
3fy 3fl:1,3fy 3fl ffs:1,3fy 3fp 9oc:1,3fy 3fr ffs:1,3fy 3fy:1,3g2 3fl:1,3g2 3fp:1,3g2 3fp ffs:1,
3g2 3fr:1 6bd,3g2 3fr ffs:1 6bd,3g2 3fy:1,3g2 ffs:1 6bc,9oc 3fy:1,9oc 9oc:1,9oc ffs 3fy:1,ffs
3fl:1,ffs 3fn:1,ffs 3ft:1,ffs 3fy:1,ffs 9oc:1,ffs 3ha:1,3ha 3fp:2,3ha 3fy:1,3ha ffs:1 6b1,3ha
3ha:1,3fl 9oc:1,3fn 3fy:1,3fr 3fn:1,3ft 3fn:1,3ft 3fn ffs:1,3cw:1 689,3cw 3d5:2 689,3cy:1 689,
3cz:3 689,3d1:1 68a,3d1 3cw:1 68a nqi,3d1 3d2:1 68a nql,3d1 3d3:1 68a nql,3d1 3d5:1 68a nqn,3d1
3dc:1 68a,3d1 3dd:1 68a,3d2:2 68a,3d3:1 68a,3d5:2 68b,3d7:2 68b,3d8:1 68b,3da:1 68c,3db:1 68c,
3dc:1 68c,3dd:1 68c,3de:1 68c,3cw 3d1:1,3cw 3d5 3cw:1,3cy 3eo:4 68w,3cy 3dc:1,3d1 3cw 3d5:3 68t,
3d1 3cz:2 68s np8,3d1 3cz 3de:1,3d1 3d2 3cw:2,3d1 3d2 3d5:1,3d1 3d3 3d5:1 68o,3d1 3d3 3de:1,3d1
3d3 3d7:1 txy,3d1 3d5 3d5:1,3d1 3eo:1 68l,3d1 3db:1 txy,3d1 3fd:1 68k,3d2 3cw:1 txx,3d2 3d1:1,3d2
3d5:2 68i npe,3d2 3d5 3d5:1,3d2 3eo:1 68h,3d2 3da:1,3d2 3de:1,3d3 3d1:2,3d3 3de:2 txr,3eo:6 68k,
3d7 3cw 3cw:2,3d7 3db:2,3f0:1 68h,3de 3cy:5,3de 3d1:1,3de 3d2:1,3de 3d3:1,3fd:1 68d,3cw 3cy:1,3cw
3d3:1,3cw 3da:1,3cw 3db:1,3cw 3de:1,11k:2q dq skn,12p:1g,1w:7g fy c 28r pzi 1nw0 1g 1g 1g 1g 1g 1g
1g 1g 1g 1g 1g 1g,27 13:4,bv:r,v4:8 fc,1g:7 1fj5 zlx 25a a a a a 73u,24:g 5o 2g8 2bi npt it6 7f
3ul f h2c jxx 1g 1g 2w 1g 1g 1g 1g 1g 1g 1g 1g,pg:11 4ub 62 163p u lfb kgh 1m 1m 1m 1m,53 3y9:9,
3y9 53:1,53 pg:1,pg 53:1,53 3yc:1,3yc 53:1,53 3yd:1,3yd 53:1,53 3ye:1,3ye 53:1,53 3yi:2,3yi 53:1,
53 3yj:1,3yj 53:1,53:d t48,3y9 3z4:4,pg 3z4:1,3yd 3z4:1,3yi 3z4:1,1q:5 1wjw,53 1q:4 9,1o:1 hm,53
2e:2,2e 53:1,53 g5:1,g5 53:1,53 3zm:1,3zm 53:1,1q 53:2,53 3zo:1,3zo 53:1,53 1o:1,1o 53:1 4tr 1,53
3zt:1,3zt 53:1,53 40g:d 9,53 2d:3,2d 53:1,53 11k:1,11k 53:1,53 40f:1,40f 53:1,40g 53:2,53 40h:1,
40h 53:1,53 40l:1,40l 53:1,53 40m:1,40m 53:1,2d 13:3,11k 13:1,40g 13:1,40l 13:1,2q lj:9,53 417:1,
417 53:1,53 28:1,34 53:1,53 41a:1,41a 53:1,53 2s:1,2s 53:1,53 41c:1,41c 53:1,53 2q:1,2q 53:1,53 2q
lj:1,2q lj 53:1,417 13:4,28 13:1,2s 13:1,2q 13:1,53 421:a,421 53:1,53 423:1,423 53:1,53 424:1,424
53:1,53 22:1,22 53:1,53 426:1,426 53:1,53 428:1,428 53:1,53 429:1,429 53:1,53 42r:d,42r 53:1,53
pf:1,pf 53:1,53 42u:1,42u 53:1,53 42v:1,42v 53:1,53 42w:1,42w 53:1,53 24:1,53 42z:2,42z 53:1,53
43k:g,43k 53:1,53 43r:1,43r 53:1,53 43s:1,43s 53:1,3z5:3,53 443:b,443 53:1,53 445:1,445 53:1,53
446:1,446 53:1,53 447:1,447 53:1,53 448:1,448 53:1,53 44a:1,44a 53:1,53 44b:1,44b 53:1,53 44t:d,
44t 53:1,53 44v:1,44v 53:1,53 44w:1,44w 53:1,53 44x:1,44x 53:1,53 44y:1,44y 53:1,53 450:1,450
53:1,53 451:1,451 53:1,45n 1o:9,45n 40l:1,45n 2q:1,45n 428:1,53 45s:8,45s 53:1,53 45t:1,45t 53:1,
53 45u:1,45u 53:1,53 45v:1,45v 53:1,53 45w:1,45w 53:1,53 45x:1,45x 53:1,53 45y:1,45y 53:1,53 1g:b,
1g 53:1,53 46g:1,46g 53:1,53 46h:1,46h 53:1,53 46i:1,46i 53:1,53 46j:1,46j 53:1,53 46l:1,46l 53:1,
53 46m:1,46m 53:1,3zd:4,53 47g:e,47g 53:1,53 47u:c,47u 53:1,53 487:c,487 53:1,47k 418:l,47k 28:1,
47k 41a:1,47k 2s:1,47k 41c:1,47k 2q:1,47k 2q lj:1,47k 41v:1,49h 422:9,49h 423:1,49h 424:1,49h
22:1,49h 426:1,49h 428:1,49h 429:1,6k2:x sa1,x6j:2,8rz:d sa3,428:1q,421:1,443:1,44a:3,477:r,47a:1,
47e:1,c1:a 6,q1:1 6 1apt 15vu 1m 1m 1m 1m,47k 417:1s,49h 421:1,49i 423:1,49i 424:1,49i 22:1,49i
426:1,49i 428:1,49i 429:1,49z 53:1,4a0 53:1,4a1 53:1,4a2 53:1,4a3 53:1,4a4 53:1,4a5 53:1,4hp:1x,
4ho:v,4k5:2b,4ne:2j,4o2:k,2t0:k,2t1:1,2t2:1,2t3:1,4s5:4b,4t8:1t,53 4vl:t,53 4vo:3,53 4vs:3,53
4w0:9,53 43m:4,43m 53:1,53 43n:1,43n 53:1,53 43o:1,43o 53:1,53 43p:1,43p 53:1,53 477:1,53 47a:1,53
47b:1,53 47c:1,53 47d:1,53 47f:1,4wv 3z2:9,3z2 4wv:1,477 53:3,47y 53:3,486 53:1,48b 53:1,492 53:3,
49j 53:2,v4 53:3,4c4 53:3,4d7 53:2,526:66,52p:1,56t:4v g,1cr:1g 17r,5ae:11,5b9:e,lg lg:1,5cd:2y,
5ch:1,5d4:5,mj:al,mm:3,ml:1,lq:1,ly:j,d9 33:13,3e:e s4x lkh 110v 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g
1g,i4:5 31s 16pt,5qw:2 s5l,u3:2,4wm:j,56:k,39 2t:p,2u ms:3,36 32 ms:1,32 ms:1,36 ms:2,hq ms:1,37
ms:1,38 ms:1,3e ms:1,5ro:2,34 mt:5,39 mt:1 s2m,i2 mt:1,gb:h,5sb:f,5sd:3,4wk:o,4ee:1,5ay:19,92k:6,
2p ll:4s,29:hs 2ez 2bi3 1g 1g 1g 1g 1g 2w 1g 1g 1g 1g 1g,15c:r 171o,15d:1,15e:1,15f:1 171m,
8rv:28k,8rw:1,qj:9 ocl idc 15gx 1m 1m 1m 1m,hg:5,ib:2,qv:g p0m 2 1n5v 1m 1m 1m 1m,wuk:3 oau,qx:1
o0s a2 1nvn 1m 1m 1m 1m,19 lj:1 1,pq:4 2c5b 1m 1m 1m 1m,6sh:1,19:3 1,tk:2,11w:4,sc:1,1b:5 1 oc 4b
5td,in:b p25 hhx,rb:j,b2:2e nnb,53 53 53:e,ig:h nwv imz,4j3:a,5wf:3p,o8:5,5az:1,of:1,o3:7,o4:1,
ll:fp,7sc:z 2pw9,fjv:2d,ijp:4,gbf:3,hlh:k,ggs:9,fik:3,g2z:4,9ko:9,gkj:l 7hm,g1r:1l 1qz0,3fl:15,
3fn:2,3fp:2,3fr:2,3ft:2,3fx:4,3fy:1,3g2:4,3ha:19,app:1ly,ako:1yg,bp7:3p,3gz2:hh,3d8 3ft:1hc,3d5
3d5 9oc:6,2k:r,2dk2:2g,3d5 9oc 3cw:1o,fp1:8o,ftw:1m,20oj:7q,3d2 3fl:el,3d5 9oc 3d2:4p,gur:9j,
hgh:lo,h7j:3k,hij:k,hwv:e9,ild:mq,bp6:u,3tbz:ko,jee:74,bi9:cx,cov:gq,k7u:6,bmi:3x,dhf:1c,kfi:61,
bs3:dm,kv1:1q,lu0:10y,3cy 3fy ffs:km,npw:174,or9:10n,kcs:mo,kcw:10,kcv:6,bp1:12,kcz:b,kd4:12,
ph8:q,kdf:2u,q6l:pk,qif:76,dyu:rh,ram:2n,rk6:7m,rq4:5w,ry7:83,s11:38,s5z:4h,s8v:3w,slq:c7,t65:k0,
3dc 9oc 3cy 3d8:cp,trr:8x,v9e:1hn,vdd:3z,cop:6p,4f4:10q,4bl:a,18:2,1a 1a:1,1a 18:1,tm 30:9h,jt 2q
2x:1,6i1:u,27 27:15 52,33 33:1 52,1f3c:1,4hl:m,ip:t,2c 1f:2j,38 f1:1,1t 1t:9,2p 2p:1,1t 27:1,2p
33:1,1t 2d:1,2p 39:1,1t 2e:1 2,2p 3a:1 2,1t 2h:3,2p 3d:1,3b me:10,38 2u:m,12:1,x2x:2,x0n:r,1fde:5,
1fei:1,ii:2 ia5,wkk:1,wk5:j,x5f:x,x5h:2,g5 mw:8,3cz 3d2:as,3cz 3d3:1 966,3cz 3d5:1 966,3cz 3d8:1
967,3d1 3cw 3cw:2 968,3d1 3cz 3cz:2,3d1 3d3 3d3:3,3d1 3d8:3,3d2 3cz:3,3d3 3d5 3dc:2,3d3 3db:1,3d5
3d5 3d3:2,3d7 3d1:1,3d7 3de:1,3d8 3d8 3de:1,3dc 3dc:1,3dd 3de:1,3de 3d5:1,3fd 3fd:1,8qn:m,xi5:h,
xkx:4w,xlv:3,gk mw:6h,d9 33 mw:2,d9 33 mt:1,hv:b,ux:j,gk 2t:2,39 33:1,5qd:d,hs:1 1d,33 m3:3,5q8:6,
5qi:1,5qf:1,g2:2,8s6:2,3ft 3fr:8q8,3ft 3ft ffs:1,3fx 3fl:1,3fx 3fl ffs:1,3fx 3fp:1,3fy 3fr:1,3fy
ffs ffs:1,3g2 3fl ffs:1,3g2 3ft:1,9oc 3fl:1,9oc 3fp:1,9oc 3fp ffs:1,9oc 3ft:1,ffs 3fn 3ft:1,ffs
3fn ffs:1,ffs 3fr:1,ffs 3fr ffs:1,ffs 3ft ffs:1,ffs 3fx:1,ffs 3g2:1,ffs ffs:1,3ha 3fl:1,3ha 3fp
ffs:1,3cy 3d1:5,3cy 3da:1,3cz 3cz 3d3:2,3cz 3d5 3cw:3,3cz 3da:2,3cz 3dc:1,3d1 3cw 3de:2,3d1 3d1
3db:1,3d1 3d2 3de:1,3d1 3d3 3cz:1,3d1 3d3 3dd:1,3d1 3f0:1,3d1 3fd 3de:1,3d2 3cy:2,3d2 3cy 3cy:1,
3d2 3d2:1,3d2 3d3 3d5:1,3d2 3d8:1,3d3 3d1 3dd:2,3d3 3d2:1,3d5 3d3 3d7:6,3d5 3d5 3cw:1,3d5 3d5
3cz:1,3d5 3eo:1,3eo 3d3:5,3eo 3d3 3d7:1,3f0 3d2:1,3f0 3de:1,3d8 3d3:1,3d8 3d3 3d3:1,3dd 3d5:2,3dd
3dc:1,2u 2u:6x1,2u 2x:1,2u 30:1,2u 2u 2x:1,2u 2u 30:1,37 38:2,12s 12u:d,12s 12d:1,12s 12j:1,132
12u:1,12s 12l:1,15u:9,15g:3,15n:1,15o:1,15p:1,160:1,162:1,15c 15o:13,19t:1 1,1a8:a 1 1 1 3u2,1a7:8
1 1 1,1ba:c 1 1 1,1ac:4 1 1 1,1ab:4 1 1 1,1ae:4 1 1 1,1af:4 1 1 1,1al:4 1,1ak:2 1,1bn:i 1 1 1,
1bl:4 1 1 1,33 190:a 1,1c5:1o 1,18p 19w 30:a 1,18p 19w 33:2 1 4u 1x,18p 19w 18o:2 1,18p 19w 18o
lv:2 1,18p 19w 18o li:2 1,18p 19w 18o 19s:2 1,18p 19w 1a3:2 1 1,18p 19w 18p:3 1 1 8 1 2s 1,18p 19w
17w:7 47,18p 19w 17x:1 47,18p 19w 18l:1 2s 1g 1x,17s 17w:3 47,17s 17x:1 47,17s 17y:1 1w 2b 1g,17s
18l:1 2s 1f 1u,17s 18p:1 1 2s 1,17u 17w:2 46,17u 17x:1 46,17u 17y:1 46,17u 18l:1 2s 1e 1r,17u
18p:1 1 2s 1,18p 1cr 17w:2,18p 1cr 18l:1 2u 1a 1r,18p 1cr 18p:1 1 2u 1,17w 17x:2 42,17w 18l:1 42,
17x 17w:1 42,17x 18l:1 42,17y 17w:1 42,17y 17x:1,17y 18l:1 41,183 17w:1 41 3r,183 17x:1 41 3r,183
17y:1 41 3r,183 18l:1 41 1j,185 17x:1 41,185 18l:1 42,186 17w:1 42,186 17x:1 42,186 17y:1 42,186
18l:1 42,187 17x:1 42,187 18l:1 7g 7,188 18l:1 41 3m,189 17w:1 41,189 18l:1 41,18a 17w:1 41,18a
18l:1 41,18h 17w:1 41,18h 17x:1 41,18h 17y:1 41,18h 18l:1 41,18h 18p:1 1 22 1,18i 17x:2 3z,18i
18l:1 3z,18i 18p:1 1 20 1,18j 30:2 21,18j 17w:1 3w,18j 17x:1 3w,18j 17y:1 3w,18j 18k:1 1y 1y 10,
18j 18l:1 1y 1y 10,18j 18p:1 1 1x 1,18k 17w:2 3u,18k 17x:1 3u,18k 17y:1 3u,18k 18l:1 1v 1z x,18k
18p:1 1 1u 1,18l 17w:2 3t,18l 17x:1 3t,18l 17y:1 3t,18l 18l:1 1t 20,18l 18p:1 1,18m 17x:3 3r,18m
17y:1 3r,18m 18l:1 1q 21 p,18m 18p:1 1 1q 1,33 17w:2 3q,33 18l:1 3q,33 18p:1 1,18p 17w:2 3p,18p
17x:1 3p,18p 17y:1 3p,18p 18l:1 1n 22 j,18p 18p:1 1 1n 1,180 19s:2,181 19s:1,18p 19s:1 1f,1e9e
18x:1,1e9g 18x:1,1e9i 18x:1,1e9k 18x:1,1e9m 18x:1,1e9o 19s:1,18p 19w 181:1,18p 19w 182:1,18p 19w
18m:2,17s 181:3,17s 182:1,17s 18m:2,17u 181:3,17u 182:1,17u 18m:2,18p 1cr 181:3,18p 1cr 182:1,18p
1cr 18m:2,18l 30:f,18m 181:2,18m 182:1,18m 18m:2,18p 181:4,18p 182:1,18p 18m:2,18p 19w 17y:5,17s
33:7 1u,17u 33:5 1r,185 17y:d,18k 33:r,18m 33:9 p,33 19s:3,18p 33:5 j,18p 1cr 33:8,183 33:2 21,183
1cr 18l:1 z s 8,183 1cr 33:1 20,1e9j 18x:8,1e9l 18x:1,1e9n 18x:1,187 18p:1 1 r 1,189 18p:2 1 r 1,
18a 18p:2 1 r 1,183 18p:2 1 r 1,183 1cr 18p:2 1 r 1,17x 18p:2 1 r 1,17w 18p:2 1 r 1,17y 18p:2 1 r
1,185 18p:2 1 r 1,186 18p:2 1 r 1,183 1cr 17w:2 s 8 a,183 1cr 17x:1 s 8 a,183 1cr 17y:1 s 8 a,183
1cr 181:2 s,183 181:1 s,185 181:1 s,186 181:1 s,30 ln:18 1,17u 17w 18l:k,17u 17x 17w:1 1,17u 17x
18l:2,17u 17y 18l:1,17u 18l 17w:1,17u 18l 17x:1,17u 18l 17y:1,17w 18l 17x:1 1,17x 18l 18p:2 1,183
17x 17w:2,183 17w 17x:1,183 17w 18p:1,183 18l 17x:1 1,183 18l 17w:2,183 18l 18l:1 1,185 17x 17x:2
1,185 18l 18l:2 2n,183 1cr 17x 18l:1 1,183 1cr 17w 18p:2,183 1cr 18l 17y:1 1,183 1cr 18l 18l:2 1,
186 17x 18p:2 1p,186 17y 18l:1 1,187 18l 17x:2 1,187 18l 18l:2,187 18l 18p:1,189 17w 18l:1 27,189
18l 18l:1 1,189 18l 18p:2 1q,18a 18l 18l:1,18a 18l 18p:1 1,18h 17y 18l:2 1,18i 18l 17x:2 1i,18i
18l 18l:1,18k 17x 18l:1 1h,18k 17x 18p:1 1,18k 17w 17w:2 1,18k 17y 18l:2 1,18k 18l 17x:2 1,18l 17x
17w:2,18l 17x 18l:1,18l 17x 18p:1,18l 17w 17x:1,18l 17w 18l:1,18l 17y 17w:1,18l 17y 18l:1,18l 17w
17y:3,33 18l 17w:1,33 18l 18l:1,18m 17x 18l:1,18m 17x 18p:1 t,18m 17w 18l:1 1,18m 17w 18p:2 1a,18m
18l 18p:1 1,18p 18l 18l:2 1,17s 17y 18p:2,17u 17w 18p:1 1,17u 17y 18p:2 1,17u 18l 18p:2 1,17w 18l
18p:2 2,17w 17x 18p:1 o,183 17y 18p:2 u,185 17x 18p:1,183 1cr 17x 18p:1,18k 17w 18p:2,18k 18l
18p:1,18p 17x 18p:1,18p 17w 18p:1,18p 18l 18p:1,18l 18l 18p:1,18i 18l 18p:1,18j 18l 18p:5,18m 17w
17x:1 5,18l 17y 18p:1,18k 17w 18l:1 2,18j 18l 18l:1 8,17x 17w 18p:4,18l 17w 18p:1,18h 18l 18p:1,
17s 17x 18p:1,185 18k 18p:1a 9,18i 18k 18p:1,30 18k 18k 18x 19s 33:1,30 18j 17s 181:1,18l 17x 18l
17z:1,185 18k 189 18l:1,181 183 18o 18k:1,189 18k 18p 33:1,18o 183 18k 18l:1,185 18k 18p w 30 18k
18k 33 w 189 18k 18p 33 w 18o 183 18k 18l:2,17w 18k w 17w 18k 30 18k 33:1,17l:3p,30 lf:1 1,17s:e 1
1 1 1ban w 1s w w,17w:e 1 1 1 1baa w w w w w,17x:4 1 1 1 1bab w w w w w,17y:4 1 1 1 1ban w w w w
w,17z:4 1 1ba1 3k w,180:2 1 1bak 3k w,181:2 1 1bad 3k w,182:2 1 1b9y 3k w,183:2 1 1 1 1ba2 w w w w
w,185:8 1 1 1 1b9x w w w w w,186:4 1 1 1 1ba1 w w w w w,187:4 1 1 1 1b9g 2o w w,188:4 1 1 1 1b9u
2o w w,189:4 1 1 1 1b9f w w w w w,18a:4 1 1 1 1b9n w w w w w,18i:8 1 1 1 1b96 w w w w w,18k:8 1 1
1 1b8r w w 1s w,18l:4 1 1 1 1b8o w 1s w w,18m:4 1 1 1 34u 183r w w w w w,18k 30 lf:g 1,18k 30
19w:2 1,18k 30 191:2 1,18k 30:2 1,4ik:pl 4df,17:7 193i,rc:i 2t,8xs:b,16:2v,wl2:6q l5h,8s0:e,hj:w,
gu:3,1fgm:2m,xv:s,sr:h,4iu:3,1j:2 3xw zld 25a a a a a 73u,wvd:p,1tm:2jk 1w5,xdn:h,1ik4 1iki
1ij6:fr,1ik4 1iki 1ijc:6,1ik4 1iki 1ijn:b,1ik4 1iki 1ijt:6,1ik4 1iki 1ijw:3,1ik4 1iki 1ijy:2,
1w8:2r,1wa:2,1wc:2,1we:2,1wf:1,1wh:2,1wy:2,1wk:1,1wl:1,1wm:1,1wn:1,1wo:1,1wq:1,1wu:4,1wv:1,1ws:1,
1wj:1,1x3:3,1x4:1,1xa:2,1xj:9,1xz:4,1xp:5,1x9:2,3b lj:1,1yf:c,1yg:1,1yk:4,1ite:76 1,1itf:2,1itg:1,
1iuq:1,1iur:1,6pz:jv,1jvp 1jvz:fy,1jvp 1jw0:1,1jvp 1jvp:1,1jvp 1jvp 1jvz:1,1jvp 1jvp 1jw0:1,1jvv
1jvz:2,1jvv 1jvv:1,1jvv 1jvv 1jvz:1,1jw3 1jvz:6,1jw3 1jw0:1,1jw3 1jw3:1,1jw3 1jw3 1jvz:1,1jw3 1jw3
1jw0:1,1k8a:ca,1fa2:p2,1ggu:3pd,wuw:bvn,2z:jyg 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g 1g,38:9 1g 1g 1g
1g 1g 1g 1g 1g 1g 1g 1g 1g,qe:ii 1m 1m 1m 1m,qm:8 1m 1m 1m 1m,rh:70,5ag:2zn,g6t:686,hkn:2wv,
hlm:2c,2xm0:80,ivu:2u6,lmt:4sb,mud:2bh,395l:1lp,rvf:1x6,3d7s:24p,3eie:1gp,37dg:czj,ibk:1o5,33a7:4,
ggh:55v,ouf:f8b
`

/** Full case folding, where it differs from lowercasing a single code point, in the same form. */
export const foldings = `
qk:51,37 37:16 5vj,jg 32:2y,37:1i,2y lo:35,qh:9h 5mh,qh lk ld:23 5kz,qt lk ld:w 5kj,qr:i,qa:e,
qg:1,qu:4,qo:1,qi:q,qp:1,qd:4,12d 136:b6,3vk:2s9 tzk,3vl:1 tzk,3vm:1 tzk,3vn:1 tzk,3vo:1 tzk,3vp:1
tzk,3vq:1 tzk,3vr:1 tzk,3vs:1 tzk,3vt:1 tzk,3vu:1 tzk,3vv:1 tzk,3vw:1 tzk,3vx:1 tzk,3vy:1 tzk,
3vz:1 tzk,3w0:1 tzk,3w1:1 tzk,3w2:1 tzk,3w3:1 tzk,3w4:1 tzk,3w5:1 tzk,3w6:1 tzk,3w7:1 tzk,3w8:1
tzk,3w9:1 tzk,3wa:1 tzk,3wb:1 tzk,3wc:1 tzk,3wd:1 tzk,3we:1 tzk,3wf:1 tzk,3wg:1 tzk,3wh:1 tzk,
3wi:1 tzk,3wj:1 tzk,3wk:1 tzk,3wl:1 tzk,3wm:1 tzk,3wn:1 tzk,3wo:1 tzk,3wp:1 tzk,3wq:1 tzk,3wr:1
tzk,3ws:1 tzk,3wt:1 tzk,3wu:1 tzk,3wv:1 tzk,3ww:1 tzk,3wx:1 tzk,3wy:1 tzk,3wz:1 tzk,3x0:1 tzk,
3x1:1 tzk,3x2:1 tzk,3x3:1 tzk,3x4:1 tzk,3x5:1 tzk,3x6:1 tzk,3x7:1 tzk,3x8:1 tzk,3x9:1 tzk,3xa:1
tzk,3xb:1 tzk,3xc:1 tzk,3xd:1 tzk,3xe:1 tzk,3xf:1 tzk,3xg:1 tzk,3xh:1 tzk,3xi:1 tzk,3xj:1 tzk,
3xk:1 tzk,3xl:1 tzk,3xm:1 tzk,3xn:1 tzk,3xo:1 tzk,3xp:1 tzk,3xq:1 tzk,3xr:1 tzk,3xs:1 8,3xt:1 8,
3xu:1 8,3xv:1 8,3xw:1 8,3xx:1 8,tu:1or,tw:1,u6:1,u9:1,ua:1 1,ui:2,v7:1,wuj:1,2w mp:em,38 lk:1,3b
lm:1,3d lm:1,2p ji:1,601:1,qt lv:51,qt lv lc:2,qt lv ld:2,qt lv n6:2,64g qh:16 8,64h qh:1 8,64i
qh:1 8,64j qh:1 8,64k qh:1 8,64l qh:1 8,64m qh:1 8,64n qh:1 8,65c qh:9 8,65d qh:1 8,65e qh:1 8,65f
qh:1 8,65g qh:1 8,65h qh:1 8,65i qh:1 8,65j qh:1 8,674 qh:9 8,675 qh:1 8,676 qh:1 8,677 qh:1 8,678
qh:1 8,679 qh:1 8,67a qh:1 8,67b qh:1 8,67k qh:b,q9 qh:1 9,q4 qh:1,q9 n6:2,q9 n6 qh:1,67o qh:b,qf
qh:1 9,q6 qh:1,qf n6:2,qf n6 qh:1,qh lk lc:b,qh n6:4,qh lk n6:1,qt lk lc:b,qp lv:2,qt n6:2,qt lk
n6:1,67w qh:b,qx qh:1 9,r2 qh:1,qx n6:2,qx n6 qh:1,2u 2u:179l,2u 2x:1,2u 30:1,2u 2u 2x:1,2u 2u
30:1,37 38:1 1,12s 12u:e,12s 12d:1,12s 12j:1,132 12u:1,12s 12l:1
`

/** Every script but Common and Inherited; Latin is first, as most names are Latin. */
export const scripts = `
Latin Adlam Ahom Anatolian_Hieroglyphs Arabic Armenian Avestan Balinese Bamum Bassa_Vah Batak
Bengali Beria_Erfe Bhaiksuki Bopomofo Brahmi Braille Buginese Buhid Canadian_Aboriginal Carian
Caucasian_Albanian Chakma Cham Cherokee Chorasmian Coptic Cuneiform Cypriot Cypro_Minoan Cyrillic
Deseret Devanagari Dives_Akuru Dogra Duployan Egyptian_Hieroglyphs Elbasan Elymaic Ethiopic Garay
Georgian Glagolitic Gothic Grantha Greek Gujarati Gunjala_Gondi Gurmukhi Gurung_Khema Han Hangul
Hanifi_Rohingya Hanunoo Hatran Hebrew Hiragana Imperial_Aramaic Inscriptional_Pahlavi
Inscriptional_Parthian Javanese Kaithi Kannada Katakana Kawi Kayah_Li Kharoshthi
Khitan_Small_Script Khmer Khojki Khudawadi Kirat_Rai Lao Lepcha Limbu Linear_A Linear_B Lisu
Lycian Lydian Mahajani Makasar Malayalam Mandaic Manichaean Marchen Masaram_Gondi Medefaidrin
Meetei_Mayek Mende_Kikakui Meroitic_Cursive Meroitic_Hieroglyphs Miao Modi Mongolian Mro Multani
Myanmar Nabataean Nag_Mundari Nandinagari New_Tai_Lue Newa Nko Nushu Nyiakeng_Puachue_Hmong Ogham
Ol_Chiki Ol_Onal Old_Hungarian Old_Italic Old_North_Arabian Old_Permic Old_Persian Old_Sogdian
Old_South_Arabian Old_Turkic Old_Uyghur Oriya Osage Osmanya Pahawh_Hmong Palmyrene Pau_Cin_Hau
Phags_Pa Phoenician Psalter_Pahlavi Rejang Runic Samaritan Saurashtra Sharada Shavian Siddham
Sidetic SignWriting Sinhala Sogdian Sora_Sompeng Soyombo Sundanese Sunuwar Syloti_Nagri Syriac
Tagalog Tagbanwa Tai_Le Tai_Tham Tai_Viet Tai_Yo Takri Tamil Tangsa Tangut Telugu Thaana Thai
Tibetan Tifinagh Tirhuta Todhri Tolong_Siki Toto Tulu_Tigalari Ugaritic Vai Vithkuqi Wancho
Warang_Citi Yezidi Yi Zanabazar_Square
`
