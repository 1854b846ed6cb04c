"""The fixed cast: one city, two counties, one township, three enterprises, and the people who answer for them.

李娜 answers for 岐山县, 王强 is her deputy, 赵敏 chairs there, 孙伟 looks after 蔡家坡镇; 市值班 is the city's duty
desk and 郑军 its leader. 周芳 answers for 眉县: the outsider, who must see nothing of 岐山县.
"""

NETWORK = """\
nodes:
  - {node: baoji, kind: city, name: 宝鸡市总工会}
  - {node: qishan, parent: baoji, kind: county, name: 岐山县}
  - {node: meixian, parent: baoji, kind: county, name: 眉县}
  - {node: caijiapo, parent: qishan, kind: township, name: 蔡家坡镇}
  - {node: gear, parent: caijiapo, kind: enterprise, name: 秦岭齿轮厂（演示）, headcount: 800, key: true}
  - {node: mill, parent: qishan, kind: enterprise, name: 岐山面粉厂（演示）, industry: food, headcount: 100}
  - {node: paper, parent: meixian, kind: enterprise, name: 眉县纸厂（演示）, industry: paper, headcount: 300}
officers:
  - {id: sun.wei, name: 孙伟, contacts: [{channel: console, address: sun.wei}]}
  - {id: li.na, name: 李娜, contacts: [{channel: console, address: li.na}]}
  - {id: wang.qiang, name: 王强, contacts: [{channel: console, address: wang.qiang}]}
  - {id: zhao.min, name: 赵敏, contacts: [{channel: console, address: zhao.min}]}
  - {id: zhou.fang, name: 周芳, contacts: [{channel: console, address: zhou.fang}]}
  - {id: duty, name: 市值班, contacts: [{channel: console, address: duty}]}
  - {id: zheng.jun, name: 郑军, contacts: [{channel: console, address: zheng.jun}]}
posts:
  - {node: caijiapo, role: organiser, holder: sun.wei}
  - {node: qishan, role: officer, holder: li.na, deputies: [wang.qiang]}
  - {node: qishan, role: deputy, holder: wang.qiang}
  - {node: qishan, role: chair, holder: zhao.min}
  - {node: meixian, role: officer, holder: zhou.fang}
  - {node: baoji, role: duty, holder: duty}
  - {node: baoji, role: leader, holder: zheng.jun}
"""
